import { parseMac } from '../protocol/addresses.ts';
import { uuidForms } from '../protocol/uuid-order.ts';
import type { Config, Machine } from './config.ts';
import { usageError } from './errors.ts';
import { nearestWord } from './nearest-word.ts';
import { printable } from './printable.ts';

/** The machine of a name, a MAC address, a UUID or a serial number as somebody types it. */
export function machineLookup({ machines }: Pick<Config, 'machines'>): (word: string) => Machine | undefined {
  const known = new Map<string, Machine>();
  // what comes later counts: a name is what people mean first
  for (const machine of machines) if (machine.serial !== undefined) known.set(machine.serial, machine);
  for (const machine of machines) {
    for (const form of machine.uuid === undefined ? [] : uuidForms(machine.uuid)) known.set(form, machine);
    if (machine.mac !== undefined) known.set(machine.mac, machine);
  }
  for (const machine of machines) known.set(machine.name, machine);
  return (word) => known.get(word) ?? known.get(parseMac(word) ?? word.toLowerCase());
}

/**
 * The machines of these names, MAC addresses, UUIDs or serial numbers, each once. Whoever changes several looks at all of
 * them first.
 * @throws PxectlError E_USAGE that lists every name that is none
 */
export function findMachines(
  config: Pick<Config, 'machines'>,
  wanted: readonly string[],
): readonly Machine[] {
  const lookUp = machineLookup(config);
  const found = new Set<Machine>();
  const unknown: string[] = [];
  for (const word of wanted) {
    const machine = lookUp(word);
    if (machine === undefined) unknown.push(word);
    else found.add(machine);
  }
  if (unknown.length === 0) return [...found];
  const near = nearestWord(
    unknown[0] ?? '',
    config.machines.map(({ name }) => name),
  );
  const why = [
    ...(near === undefined ? [] : [`did you mean ${near}?`]),
    ...(wanted.length > 1 ? ['nothing is changed, for the others neither'] : []),
  ].join('; ');
  throw usageError({
    what: `there is no machine ${unknown.map((word) => printable(word)).join(', ')}`,
    ...(why === '' ? {} : { why }),
    next: 'pxectl machines lists them',
  });
}

/** The word by which the file has this machine, whatever it is called. */
export const wordOf = ({ mac, uuid, serial, name }: Machine): string => mac ?? uuid ?? serial ?? name;

/** Whom a command is for: names, all machines of a profile, or all. */
export interface MachineSelection {
  readonly names: readonly string[];
  readonly profile?: string | undefined;
  readonly all?: boolean | undefined;
}

/**
 * The machines that are meant, in the order of the file where they are not named one by one.
 * @throws PxectlError E_USAGE when nobody is, or when it is said in two ways
 */
export function selectMachines(
  config: Pick<Config, 'machines' | 'profiles'>,
  selection: MachineSelection,
): readonly Machine[] {
  const { names, profile, all = false } = selection;
  const ways = [names.length > 0, profile !== undefined, all].filter(Boolean).length;
  if (ways !== 1) {
    throw usageError({
      what: ways === 0 ? 'which machines?' : 'names, --profile and --all exclude each other',
      next: 'name them, or give --profile NAME, or --all',
    });
  }
  if (names.length > 0) return findMachines(config, names);
  if (profile === undefined) return config.machines;
  const known = config.profiles.map(({ name }) => name);
  if (!known.includes(profile)) {
    const near = nearestWord(profile, known);
    throw usageError({
      what: `there is no profile ${printable(profile)}`,
      why: known.length === 0 ? 'profiles is empty' : `profiles holds ${known.join(', ')}`,
      ...(near === undefined ? {} : { next: `did you mean ${near}?` }),
    });
  }
  return config.machines.filter((machine) => machine.profile === profile);
}
