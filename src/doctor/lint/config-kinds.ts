import { readData } from '../knowledge/read-data.ts';
import { hasCommandLine } from './command-line.ts';
import { isDnsmasqOption, isNearDnsmasqOption } from './dnsmasq-options.ts';
import { kindOfBootScript, type BootScriptKind } from './lint-boot-script.ts';
import { TRANSLATED_FORMS } from './translated-forms.ts';

/** data/config-kinds.json: configurations of other programs, by what stands in them. */
export interface ConfigKindsFile {
  readonly kinds: readonly {
    readonly name: string;
    readonly marks: readonly string[];
    readonly advice?: string;
    /** doctor reads it by rules of its own */
    readonly format?: 'dhcpd' | 'kea' | 'networkd' | 'compose' | 'nginx' | 'apache';
  }[];
}

export interface ConfigKind {
  readonly format:
    'dnsmasq' | NonNullable<ConfigKindsFile['kinds'][number]['format']> | BootScriptKind | 'other';
  readonly name: string;
  /** what to give doctor instead */
  readonly advice?: string;
}

const others = readData<ConfigKindsFile>('config-kinds.json').kinds.map(({ marks, ...kind }) => ({
  ...kind,
  marks: marks.map((mark) => new RegExp(mark, 'm')),
}));

/** Comparing a word with every option takes time, and a configuration shows itself early. */
const MAX_COMPARED = 50;

const NO_CONFIG = 'a file that is no configuration of dnsmasq, pxelinux, GRUB or iPXE';

function linesOf(text: string): readonly string[] {
  return text.split(/\r?\n/).filter((line) => !/^\s*(?:#|$)/.test(line));
}

function keyOf(line: string): string {
  return /^\s*(?:--)?([\w-]+)\s*(?:=|#|$)/.exec(line)?.[1] ?? '';
}

/** Which program a configuration is for, by its name and its words. */
export function kindOfConfig(path: string, text: string): ConfigKind {
  const script = kindOfBootScript(path, text);
  if (script !== undefined) return { format: script, name: `a configuration of ${script}` };
  const lines = linesOf(text);
  const keys = lines.map(keyOf);
  const known = keys.filter(isDnsmasqOption);
  const form = TRANSLATED_FORMS.find(({ isIt }) => isIt(text));
  if (form) return { format: 'dnsmasq', name: `a configuration of ${form.name}` };
  const isScript = text.startsWith('#!');
  if (hasCommandLine(text) && (isScript || known.length < lines.length / 2))
    return { format: 'dnsmasq', name: 'a command line of dnsmasq' };
  const other = otherKindOf(text);
  if (other && (isScript || known.length < lines.length / 2)) return { format: 'other', ...other };
  // one misspelt line is a configuration all the same
  const isNear = known.length > 0 || keys.slice(0, MAX_COMPARED).some(isNearDnsmasqOption);
  return isNear || lines.length === 0
    ? { format: 'dnsmasq', name: 'a configuration of dnsmasq' }
    : { format: 'other', name: NO_CONFIG };
}

/** Whether a text that may be anything is a configuration: half of its lines are options, or another program's words. */
export function isSurelyConfig(path: string, text: string): boolean {
  const { format, name } = kindOfConfig(path, text);
  if (format !== 'dnsmasq') return format !== 'other' || name !== NO_CONFIG;
  const lines = linesOf(text);
  return (
    lines.filter((line) => isDnsmasqOption(keyOf(line))).length >= lines.length / 2 ||
    TRANSLATED_FORMS.some(({ isIt }) => isIt(text)) ||
    hasCommandLine(text)
  );
}

/** The other program whose words stand in a text, with what to give doctor instead. */
export function otherKindOf(
  text: string,
): (Pick<ConfigKind, 'name' | 'advice'> & { readonly format?: ConfigKind['format'] }) | undefined {
  return others.find(({ marks }) => marks.some((mark) => mark.test(text)));
}
