import type { Config, Machine } from '../../model/config.ts';
import type { StateLayout } from '../../model/state-layout.ts';
import { findMachine } from '../../model/machine-of-client.ts';
import type { MacAddress } from '../../protocol/addresses.ts';
import { readInventory } from './inventory-file.ts';
import type { SeenMachine } from './seen-machine.ts';

type SeenMarks = Pick<SeenMachine, 'uuid' | 'serial'>;

/** The machine of a card: by its MAC, else by the UUID or serial number that was seen of whoever has it. */
export function ownerOfCard(
  machines: readonly Machine[],
  mac: MacAddress,
  { uuid, serial }: SeenMarks = {},
): Machine | undefined {
  return findMachine({ machines }, { mac, uuid, serial });
}

/**
 * The machines, and those that the file knows without a MAC once more for each card that was seen of them, with that: boots
 * and events go by cards.
 */
export function withSeenCards(
  machines: readonly Machine[],
  seen: Iterable<readonly [MacAddress, SeenMarks]>,
): readonly Machine[] {
  if (machines.every(({ mac }) => mac !== undefined)) return machines;
  const cards = Array.from(seen).flatMap(([mac, marks]) => {
    const owner = ownerOfCard(machines, mac, marks);
    return owner === undefined || owner.mac !== undefined ? [] : [{ ...owner, mac }];
  });
  return [...machines, ...cards];
}

/** The machines of a project with the cards that a running pxectl has seen of them. @see withSeenCards */
export async function machinesWithCards(
  { machines }: Pick<Config, 'machines'>,
  layout: Pick<StateLayout, 'root'>,
): Promise<readonly Machine[]> {
  return withSeenCards(machines, await readInventory(layout));
}
