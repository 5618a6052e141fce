import type { Config } from '../model/config.ts';
import type { ArmedOrder } from '../model/machine-state.ts';
import { machinesByKey, type MachineKey } from '../model/machine-key.ts';

/** Orders to install, each with what the configuration would install on that machine. */
export function ordersFor(
  config: Config,
  keys: readonly MachineKey[],
  order: Pick<ArmedOrder, 'at' | 'by' | 'isAlways'>,
): ReadonlyMap<MachineKey, ArmedOrder> {
  const machines = machinesByKey(config.machines);
  return new Map(
    keys.map((key) => {
      const { install, image = config.boot.default } = machines.get(key) ?? {};
      return [key, install === undefined ? order : { ...order, seed: install.seed, image }];
    }),
  );
}
