import type { ClientFacts } from '../model/client-facts.ts';
import type { Config, Machine } from '../model/config.ts';
import { uuidForms } from '../protocol/uuid-order.ts';

interface MachineIndex {
  readonly byMac: ReadonlyMap<string, Machine>;
  readonly byUuid: ReadonlyMap<string, Machine>;
}

/** thousands of machines are looked through for every packet */
const indexes = new WeakMap<readonly Machine[], MachineIndex>();

/**
 * The machine that a client is: by MAC first (what every later request is known by), else by UUID in either byte order.
 * No packet tells a serial number: scripts of loaders look for that.
 */
export function findMachine(
  { machines }: Pick<Config, 'machines'>,
  client: Pick<ClientFacts, 'mac' | 'uuid'>,
): Machine | undefined {
  const { byMac, byUuid } = indexOf(machines);
  return byMac.get(client.mac) ?? (client.uuid === undefined ? undefined : byUuid.get(client.uuid));
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
  const index = { byMac, byUuid };
  indexes.set(machines, index);
  return index;
}
