import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram, run } from '../../../platform/processes.ts';

/** What dhcpd says of a configuration that it refuses. */
export interface DhcpdsWord {
  /** of the text itself; undefined where dhcpd names none, or one of an included file */
  readonly line: number | undefined;
  readonly words: string;
}

const TIMEOUT_MS = 5_000;
const MAX_INCLUDES = 20;
const INCLUDE = /\binclude\s+"([^"]+)"\s*;/g;
/** Its own trouble, and none of the configuration: a guard of the system that lets it read its own folder alone. */
const OWN_TROUBLE = /^(?:Can't |can't |unable to |Unable to |No such|Permission)/;

/**
 * What `dhcpd -t` of this host says: it reads a copy, opens no socket of the network and answers nobody. Undefined where
 * it could not be asked.
 */
export async function testByDhcpd(
  text: string,
  read: (path: string) => string | undefined,
): Promise<DhcpdsWord | 'taken' | 'no dhcpd' | undefined> {
  const program = await findProgram('dhcpd');
  if (program === undefined) return 'no dhcpd';
  const folder = await mkdtemp(join(tmpdir(), 'pxectl-lint-'));
  try {
    let count = 0;
    /** A copy of a text in which each file that it includes is a copy too. */
    const copy = async (name: string, whole: string): Promise<string> => {
      const path = join(folder, name);
      let copied = whole;
      for (const [statement, included = ''] of whole.matchAll(INCLUDE)) {
        const inner = ++count > MAX_INCLUDES ? undefined : read(included);
        const place = await copy(`include-${count}.conf`, inner ?? '');
        copied = copied.replace(statement, () => `include "${place}";`);
      }
      await writeFile(path, copied);
      return path;
    };
    const path = await copy('dhcpd.conf', text);
    const { exitCode, stderr } = await run(program, ['-t', '-cf', path], { timeoutMs: TIMEOUT_MS });
    return exitCode === 0 ? 'taken' : wordOf(stderr, path);
  } catch {
    return undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The first thing that dhcpd complains of; what it says after that follows from it. */
function wordOf(stderr: string, path: string): DhcpdsWord | undefined {
  const lines = stderr.split('\n').map((line) => line.trim());
  const placed = lines.flatMap((line) => {
    const [, file, number, words = ''] = /^(\S+) line (\d+): (.*)$/.exec(line) ?? [];
    return file === undefined ? [] : [{ line: file === path ? Number(number) : undefined, words }];
  });
  const [first] = placed;
  if (first) return first;
  const from = lines.findIndex((line) => line.startsWith('For info, please visit'));
  const words = lines.slice(from + 1).find((line) => line !== '');
  return words === undefined || OWN_TROUBLE.test(words) ? undefined : { line: undefined, words };
}
