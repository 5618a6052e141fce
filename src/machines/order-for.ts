import type { Config } from '../model/config.ts';
import type { ArmedOrder } from '../model/machine-state.ts';
import { machineKey, type MachineKey } from '../model/machine-key.ts';

/** An order to install, with what the configuration would install on that machine. */
export function orderFor(
  config: Config,
  key: MachineKey,
  order: Pick<ArmedOrder, 'at' | 'by' | 'isAlways'>,
): ArmedOrder {
  const machine = config.machines.find((one) => machineKey(one) === key);
  if (machine?.install === undefined) return order;
  return { ...order, seed: machine.install.seed, image: machine.image ?? config.boot.default };
}
