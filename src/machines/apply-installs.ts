import type { Config } from '../model/config.ts';
import { NOT_ARMED, type KnownInstalls } from '../model/machine-state.ts';

/** The configuration with what is known of each machine's install. */
export function applyInstalls(config: Config, { installs }: KnownInstalls): Config {
  return {
    ...config,
    machines: config.machines.map((machine) => {
      if (machine.install === undefined || machine.mac === undefined) return machine;
      const state = installs.get(machine.mac) ?? NOT_ARMED;
      return { ...machine, isArmed: state.kind === 'armed', installState: state };
    }),
  };
}
