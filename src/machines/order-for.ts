import type { Config } from '../model/config.ts';
import type { ArmedOrder } from '../model/machine-state.ts';
import type { MacAddress } from '../protocol/addresses.ts';

/** An order to install, with what the configuration would install on that machine. */
export function orderFor(
  config: Config,
  mac: MacAddress,
  order: Pick<ArmedOrder, 'at' | 'by' | 'isAlways'>,
): ArmedOrder {
  const machine = config.machines.find((one) => one.mac === mac);
  if (machine?.install === undefined) return order;
  return { ...order, seed: machine.install.seed, image: machine.image ?? config.boot.default };
}
