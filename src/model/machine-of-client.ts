import type { Config, Machine } from './config.ts';
import type { MacAddress } from '../protocol/addresses.ts';
import { uuidForms } from '../protocol/uuid-order.ts';

interface MachineIndex {
  readonly byMac: ReadonlyMap<string, Machine>;
  readonly byUuid: ReadonlyMap<string, Machine>;
  readonly bySerial: ReadonlyMap<string, Machine>;
}

/** thousands of machines are looked through for every packet */
const indexes = new WeakMap<readonly Machine[], MachineIndex>();

/** What is known of a client: from its packets, and its serial number from elsewhere. */
interface ClientMarks {
  readonly mac: MacAddress;
  readonly uuid?: string | undefined;
  readonly serial?: string | undefined;
}

/**
 * The machine that a client is: by MAC first (what every later request is known by), else by UUID in either byte order, else
 * by its serial number, which no packet tells: scripts of loaders look for that, and iPXE says it.
 */
export function findMachine(
  { machines }: Pick<Config, 'machines'>,
  { mac, uuid, serial }: ClientMarks,
): Machine | undefined {
  const { byMac, byUuid, bySerial } = indexOf(machines);
  return (
    byMac.get(mac) ??
    (uuid === undefined ? undefined : byUuid.get(uuid)) ??
    (serial === undefined ? undefined : bySerial.get(serial))
  );
}

function indexOf(machines: readonly Machine[]): MachineIndex {
  const known = indexes.get(machines);
  if (known !== undefined) return known;
  const byMac = new Map(
    machines.flatMap((machine) => (machine.mac === undefined ? [] : [[machine.mac, machine] as const])),
  );
  const byUuid = new Map(
    machines.flatMap((machine) =>
      machine.uuid === undefined ? [] : uuidForms(machine.uuid).map((form) => [form, machine] as const),
    ),
  );
  const bySerial = new Map(
    machines.flatMap((machine) => (machine.serial === undefined ? [] : [[machine.serial, machine] as const])),
  );
  const index = { byMac, byUuid, bySerial };
  indexes.set(machines, index);
  return index;
}
