import { cardMakers } from '../../machines/inventory/card-makers.ts';
import type { SeenMachine } from '../../machines/inventory/seen-machine.ts';
import type { UnknownMachine } from '../../machines/inventory/unknown-machines.ts';
import type { LifeState } from '../../model/life-cycle.ts';
import type { MacAddress } from '../../protocol/addresses.ts';
import { formatLocalTime } from '../../model/units.ts';
import { fittedTable } from '../fitted-table.ts';

/** Machines that were seen and are in no entry, for `--json`. */
export interface UnknownJson extends SeenMachine {
  readonly mac: MacAddress;
  /** it waits to be adopted, or gets what strangers get */
  readonly state: LifeState;
  /** who made the card */
  readonly cardMaker: string | null;
}

export async function describeUnknown(
  machines: readonly UnknownMachine[],
  state: LifeState,
): Promise<readonly UnknownJson[]> {
  const makers = await cardMakers(machines.map(({ mac }) => mac));
  return machines.map(({ mac, seen }) => ({ mac, state, cardMaker: makers.get(mac) ?? null, ...seen }));
}

/** One line for each, in 80 columns. */
export function unknownTable(machines: readonly UnknownJson[]): string {
  return fittedTable(
    ['UNKNOWN', 'CARD', 'FIRMWARE', 'MACHINE', 'SERIAL', 'SEEN'],
    machines.map((machine) => [
      machine.mac,
      machine.cardMaker ?? '-',
      machine.firmware ?? '-',
      modelOf(machine) ?? '-',
      machine.serial ?? '-',
      formatLocalTime(machine.lastSeenAt).slice(5, 16),
    ]),
    [
      [3, 12],
      [1, 8],
      [4, 10],
      [3, 7],
      [2, 8],
      [4, 6],
    ],
  );
}

/** What SMBIOS calls it: many makers begin the product with their own name. */
export function modelOf({ maker, product }: Pick<SeenMachine, 'maker' | 'product'>): string | undefined {
  if (maker === undefined || product?.toLowerCase().startsWith(maker.toLowerCase()) === true) return product;
  return product === undefined ? maker : `${maker} ${product}`;
}
