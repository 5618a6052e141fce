import { checkAutoinstallKeys } from './autoinstall-keys.ts';
import { fatal, FIRST_PLACE, gap, note, type SeedProblem } from './seed-problem.ts';
import { isMapping, readYaml } from './yaml-text.ts';

const HEADER = '#cloud-config';

/** Other kinds of user-data that cloud-init takes and that may bring an autoinstall (cloudinit/handlers/__init__.py). */
const WRAPPED = /^(content-type:|mime-version:|#include|#cloud-config-archive|#cloud-config-jsonp)/i;

/** user-data for Ubuntu's installer: cloud-config with autoinstall in it. */
export function checkUserData(text: string): readonly SeedProblem[] {
  if (WRAPPED.test(text.trimStart())) {
    return [note('it is a message of several parts or a list of addresses, which pxectl does not look into')];
  }
  const { problems, config } = readCloudConfig(text);
  if (config === undefined || problems.some(({ weight }) => weight === 'fatal')) return problems;
  const { autoinstall } = config;
  if (!isMapping(autoinstall)) return [...problems, fatal('it has no autoinstall:')];
  if (autoinstall['version'] !== 1) return [...problems, fatal('autoinstall: has no version: 1')];
  return [...problems, ...checkAutoinstallKeys(text, autoinstall)];
}

/** vendor-data: cloud-config, or nothing. */
export function checkVendorData(text: string): readonly SeedProblem[] {
  if (text.trim() === '' || WRAPPED.test(text.trimStart())) return [];
  return softened(readCloudConfig(text).problems);
}

/** meta-data and network-config: a mapping, or nothing; cloud-init goes on without what it cannot read. */
export function checkMapping(text: string): readonly SeedProblem[] {
  const { problems, values } = readYaml(text, 'python');
  if (problems.length > 0) return softened(problems);
  if (values.length > 1) return [gap('it is more than one YAML document: cloud-init ignores it')];
  const [value] = values;
  return value === undefined || value === null || isMapping(value)
    ? []
    : [gap('it is not a YAML mapping: cloud-init ignores it')];
}

const softened = (problems: readonly SeedProblem[]): readonly SeedProblem[] =>
  problems.map((problem) => ({ ...problem, weight: 'gap' as const }));

interface CloudConfig {
  readonly problems: readonly SeedProblem[];
  /** undefined when it is not known what stands in it */
  readonly config?: Readonly<Record<string, unknown>>;
}

function readCloudConfig(text: string): CloudConfig {
  if (text.startsWith('\uFEFF')) {
    const why = `it begins with a byte order mark: cloud-init does not see ${HEADER} behind it`;
    return { problems: [fatal(why, FIRST_PLACE)] };
  }
  const isTemplate = /^\s*## template:\s*jinja/i.test(text);
  const body = isTemplate ? text.trimStart().replace(/^.*\n?/, '') : text;
  if (!body.trimStart().toLowerCase().startsWith(HEADER)) {
    return { problems: [fatal(`its first line is not ${HEADER}`, FIRST_PLACE)] };
  }
  if (isTemplate && /\{[{%#]/.test(body)) {
    return { problems: [note('it is a jinja template, which pxectl does not fill in and look at')] };
  }
  const { problems, values } = readYaml(text, 'python');
  if (values.length > 1) return { problems: [fatal('it is more than one YAML document')] };
  const [config] = values;
  if (problems.some(({ weight }) => weight === 'fatal')) return { problems };
  return isMapping(config) ? { problems, config } : { problems: [fatal('it is not a YAML mapping')] };
}
