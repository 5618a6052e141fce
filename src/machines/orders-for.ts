import type { Config } from '../model/config.ts';
import type { ArmedOrder } from '../model/machine-state.ts';
import type { MeantInstall } from './meant-installs.ts';
import { machinesByKey, type MachineKey } from '../model/machine-key.ts';

/** Orders to install, each with what the configuration would install on that machine. */
export function ordersFor(
  config: Config,
  keys: readonly MachineKey[],
  order: Pick<ArmedOrder, 'at' | 'by' | 'isAlways'>,
  notInForce?: ReadonlyMap<MachineKey, MeantInstall>,
): ReadonlyMap<MachineKey, ArmedOrder> {
  const machines = machinesByKey(config.machines);
  return new Map(
    keys.map((key) => {
      const { install, image } = machines.get(key) ?? {};
      const meant = install === undefined ? notInForce?.get(key) : { seed: install.seed, image };
      if (meant === undefined) return [key, order];
      return [key, { ...order, seed: meant.seed, image: meant.image ?? config.boot.default }];
    }),
  );
}
