import { parseMac } from '../protocol/addresses.ts';
import type { Config, Machine } from './config.ts';
import { usageError, type PxectlError } from './errors.ts';
import { nearestWord } from './nearest-word.ts';
import { printable } from './printable.ts';

/**
 * The machines of these names or MAC addresses, each once. Whoever changes several looks at all of them first.
 * @throws PxectlError E_USAGE that lists every name that is none
 */
export function findMachines({ machines }: Config, wanted: readonly string[]): readonly Machine[] {
  const found = new Set<Machine>();
  const unknown: string[] = [];
  for (const word of wanted) {
    const mac = parseMac(word);
    const machine = machines.find((one) => one.name === word || (mac !== undefined && one.mac === mac));
    if (machine === undefined) unknown.push(word);
    else found.add(machine);
  }
  if (unknown.length === 0) return [...found];
  const near = nearestWord(
    unknown[0] ?? '',
    machines.map(({ name }) => name),
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

/** What is told whoever wants to install a machine that is known by its UUID alone. */
export function withoutMac(name: string): PxectlError {
  return usageError({
    what: `${name} is known by its UUID alone: its install cannot be armed or disarmed`,
    why: 'an order, its seed and its report go by the MAC address',
    next: `give ${name} its mac in pxectl.yaml, beside the uuid: pxectl watch shows it when the machine boots`,
  });
}
