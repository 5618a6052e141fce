import type { ClientFacts } from '../model/client-facts.ts';
import type { Config, Machine } from '../model/config.ts';

/** The machine that a client is: by MAC first, else by UUID (a MAC is what every later request is known by). */
export function findMachine(config: Config, client: Pick<ClientFacts, 'mac' | 'uuid'>): Machine | undefined {
  return (
    config.machines.find((machine) => machine.mac !== undefined && machine.mac === client.mac) ??
    config.machines.find((machine) => machine.uuid !== undefined && machine.uuid === client.uuid)
  );
}
