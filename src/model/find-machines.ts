import { parseMac } from '../protocol/addresses.ts';
import { uuidForms } from '../protocol/uuid-order.ts';
import type { Config, Machine } from './config.ts';
import { usageError, type PxectlError } from './errors.ts';
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

/** What is told whoever wants to install a machine that has no MAC address in the file. */
export function withoutMac({ name, uuid }: Pick<Machine, 'name' | 'uuid'>): PxectlError {
  const known = uuid === undefined ? 'serial number' : 'UUID';
  return usageError({
    what: `${name} is known by its ${known} alone: its install cannot be armed or disarmed`,
    why: 'an order, its seed and its report go by the MAC address',
    next: `give ${name} its mac in pxectl.yaml, beside the ${known}: pxectl watch shows it when the machine boots`,
  });
}
