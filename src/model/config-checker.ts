import { type ConfigPath, type ConfigProblem, pathText } from './config-problems.ts';
import { explainUnsafe, type SafeText } from './safe-text.ts';

/** Collects what is wrong while the values are read. */
export class ConfigChecker {
  readonly problems: ConfigProblem[] = [];

  wrong(path: ConfigPath, value: unknown, why: string, suggestion?: string): void {
    this.problems.push({
      code: 'E_CONFIG_VALUE',
      path,
      what: `${pathText(path)} is ${JSON.stringify(value)}`,
      why,
      ...(suggestion === undefined ? {} : { suggestion }),
    });
  }

  /** As `wrong`, for what is not there or must not be shown. */
  refuse(path: ConfigPath, what: string, why: string): void {
    this.problems.push({ code: 'E_CONFIG_VALUE', path, what, why });
  }

  /** Refuses what another entry has already. */
  twice(path: ConfigPath, value: unknown, other: ConfigPath): void {
    this.problems.push({
      ...{ code: 'E_CONFIG_VALUE', path, other },
      what: `${pathText(path)} is ${JSON.stringify(value)}`,
      why: `${pathText(other)} has it already`,
    });
  }

  /** Refuses text that would break a file or a kernel command line that it goes into. */
  safe(path: ConfigPath, value: string, kind: SafeText): void {
    const why = explainUnsafe(value, kind);
    if (why === undefined) return;
    this.problems.push({
      code: 'E_CONFIG_UNSAFE_VALUE',
      path,
      what: `${pathText(path)} is ${JSON.stringify(value)}`,
      why,
    });
  }

  /** As `safe`, for the name that a key is: `profiles` and `vars` have keys of people's own. */
  safeKey(path: ConfigPath, kind: SafeText): void {
    const key = String(path.at(-1));
    const why = explainUnsafe(key, kind);
    if (why === undefined) return;
    this.problems.push({
      ...{ code: 'E_CONFIG_UNSAFE_VALUE', path, isKey: true, why },
      what: `${pathText(path.slice(0, -1))} has the key ${JSON.stringify(key)}`,
    });
  }
}
