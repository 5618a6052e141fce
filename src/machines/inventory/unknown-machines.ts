import type { Config } from '../../model/config.ts';
import { uuidForms } from '../../protocol/uuid-order.ts';
import type { MacAddress } from '../../protocol/addresses.ts';
import type { SeenMachine } from './seen-machine.ts';

export interface UnknownMachine {
  readonly mac: MacAddress;
  readonly seen: SeenMachine;
}

/** Machines that were seen and that no entry of the configuration is, in the order in which they came first. */
export function unknownMachines(
  { machines }: Pick<Config, 'machines'>,
  seen: ReadonlyMap<MacAddress, SeenMachine>,
): readonly UnknownMachine[] {
  const macs = new Set(machines.map(({ mac }) => mac));
  const uuids = new Set(machines.flatMap(({ uuid }) => (uuid === undefined ? [] : uuidForms(uuid))));
  const serials = new Set(machines.map(({ serial }) => serial));
  return Array.from(seen, ([mac, one]) => ({ mac, seen: one }))
    .filter(
      ({ mac, seen: { uuid, serial, macs: cards = [] } }) =>
        !macs.has(mac) &&
        !cards.some((card) => macs.has(card)) &&
        !(uuid !== undefined && uuids.has(uuid)) &&
        !(serial !== undefined && serials.has(serial)),
    )
    .sort((one, other) => one.seen.firstSeenAt.localeCompare(other.seen.firstSeenAt));
}
