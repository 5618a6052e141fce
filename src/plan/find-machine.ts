import type { ClientFacts } from '../model/client-facts.ts';
import type { Config, Machine } from '../model/config.ts';
import { uuidForms } from '../protocol/uuid-order.ts';

/**
 * The machine that a client is: by MAC first (what every later request is known by), else by UUID in either byte order.
 */
export function findMachine(config: Config, client: Pick<ClientFacts, 'mac' | 'uuid'>): Machine | undefined {
  const uuids = client.uuid === undefined ? [] : uuidForms(client.uuid);
  return (
    config.machines.find((machine) => machine.mac !== undefined && machine.mac === client.mac) ??
    config.machines.find((machine) => machine.uuid !== undefined && uuids.includes(machine.uuid))
  );
}
