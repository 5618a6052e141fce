import { parse } from 'yaml';
import type { MachineFile } from '../../model/config-schema.ts';
import { nearestWord } from '../../model/nearest-word.ts';
import { parseMac } from '../../protocol/addresses.ts';

/** A machine as it is written in the file. */
export type MachineEntry = MachineFile;

/** One value of a machine; undefined takes it out. */
export interface Assignment {
  /** `loaders.bios` in steps */
  readonly path: readonly string[];
  readonly value: unknown;
  /** the value is where the kernel talks: it takes the place of another `console=` among the arguments */
  readonly isConsole?: true;
}

/** What only one machine can have. */
export const IDENTITY_KEYS: readonly string[] = ['mac', 'uuid', 'serial', 'name'];

/** Keys of a machine, in the order in which they are written; `vars.` is followed by a name of one's own. */
export const MACHINE_KEYS: readonly string[] = [
  ...IDENTITY_KEYS,
  'profile',
  'relayed',
  'image',
  'install.seed',
  'install.once',
  'secureBoot',
  'arguments',
  'loaders.bios',
  'loaders.uefi',
  ...['type', 'host', 'user', 'secret', 'boot', 'fingerprint', 'ca', 'system', 'mac', 'address'].map(
    (key) => `power.${key}`,
  ),
];

/** What can be said of a machine on a command line or in a table beside its keys. */
const SAID_KEYS: readonly string[] = [...MACHINE_KEYS, 'console'];

/** Kernel arguments with this console instead of another; without one for undefined. */
export function withConsole(words: readonly string[], device: unknown): readonly string[] {
  const others = words.filter((word) => !word.startsWith('console='));
  return typeof device === 'string' ? [...others, `console=${device}`] : others;
}

export type ReadAssignment =
  { readonly assignment: Assignment } | { readonly what: string; readonly why: string };

/** Reads `key` and `value` as they are typed in a command or stand in a table; an empty value takes the key out. */
export function readAssignment(key: string, value: string): ReadAssignment {
  const name = key.trim();
  const isVar = /^vars\.[^.]+$/.test(name);
  const known = SAID_KEYS.find((one) => one.toLowerCase() === name.toLowerCase());
  if (!isVar && known === undefined) {
    const near = nearestWord(name, SAID_KEYS);
    const hint = near === undefined ? '' : `; did you mean ${near}?`;
    return { what: `unknown key ${name}`, why: `known: ${SAID_KEYS.join(', ')}, vars.NAME${hint}` };
  }
  const path = (known ?? name).split('.');
  const text = value.trim();
  if (known === 'console') {
    return { assignment: { path: ['arguments'], value: text === '' ? undefined : text, isConsole: true } };
  }
  if (text === '') return { assignment: { path, value: undefined } };
  switch (known) {
    case 'secureBoot':
    case 'relayed':
    case 'install.once': {
      const isTrue = ['true', 'yes', '1'].includes(text.toLowerCase());
      if (!isTrue && !['false', 'no', '0'].includes(text.toLowerCase())) {
        return { what: `${known} is ${text}`, why: 'it must be true or false' };
      }
      return { assignment: { path, value: isTrue } };
    }
    case 'arguments':
      return { assignment: { path, value: text.split(/\s+/) } };
    case 'mac': {
      const mac = parseMac(text);
      if (mac === undefined)
        return { what: `${text} is not a MAC address`, why: 'it looks like f4:4d:30:00:00:01' };
      return { assignment: { path, value: mac } };
    }
    case undefined:
      return { assignment: { path, value: varValue(text) } };
    default:
      return { assignment: { path, value: text } };
  }
}

/** Numbers, true, false and lists as YAML has them; what is no YAML is text. */
function varValue(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return text;
  }
}

/** The values of an entry, each with its key. */
export function assignmentsOf(entry: MachineEntry): readonly Assignment[] {
  return Object.entries(entry).flatMap(([key, value]): Assignment[] =>
    ['install', 'loaders', 'vars', 'power'].includes(key) && typeof value === 'object' && value !== null
      ? Object.entries(value).map(([name, inner]) => ({ path: [key, name], value: inner }))
      : [{ path: [key], value }],
  );
}
