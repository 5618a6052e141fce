import type { PowerAction, PowerState } from './power-driver.ts';

export type PowerVerb = 'on' | 'off' | 'restart' | 'state' | 'boot-network' | 'restart-network';

/** One thing that a controller is told, unless the machine is so already. */
export interface PowerStep {
  readonly action: PowerAction;
  readonly unless?: PowerState;
}

const OFF: PowerStep = { action: 'off', unless: 'off' };
const ON: PowerStep = { action: 'on' };
const NETWORK: PowerStep = { action: 'network' };

/** A reset leaves no trace in the state of a machine: only off, then on, can be seen. */
export const POWER_STEPS: Readonly<Record<PowerVerb, readonly PowerStep[]>> = {
  state: [],
  on: [{ ...ON, unless: 'on' }],
  off: [OFF],
  restart: [OFF, ON],
  'boot-network': [NETWORK],
  'restart-network': [OFF, NETWORK, ON],
};
