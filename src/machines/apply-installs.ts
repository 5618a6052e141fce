import type { BootContext } from '../model/boot-context.ts';
import type { Config, Machine } from '../model/config.ts';
import { machineKey } from '../model/machine-key.ts';
import { NOT_ARMED, type ArmedOrder, type InstallState, type KnownInstalls } from '../model/machine-state.ts';

/** What is decided from, with what is known of installs now. */
export function withInstalls(context: BootContext, known: KnownInstalls): BootContext {
  return { ...context, config: applyInstalls(context.config, known), orderTokens: known.tokens };
}

/** The configuration with what is known of each machine's install. */
export function applyInstalls(config: Config, { installs }: KnownInstalls): Config {
  return {
    ...config,
    machines: config.machines.map((machine) => {
      if (machine.install === undefined) return machine;
      const known = installs.get(machineKey(machine)) ?? NOT_ARMED;
      const state = known.kind === 'armed' && !isOrderFor(machine, known) ? withoutOrder(known) : known;
      return { ...machine, isArmed: state.kind === 'armed', installState: state };
    }),
  };
}

function withoutOrder({ running }: Extract<InstallState, { kind: 'armed' }>): InstallState {
  if (running === undefined || running.isClosed) return NOT_ARMED;
  return { kind: 'installing', since: running.since, armedBy: running.armedBy };
}

/** Whether an order is for what the configuration says now: another seed or image, or every boot, nobody has ordered. */
function isOrderFor({ install, image }: Machine, order: ArmedOrder): boolean {
  if (order.seed !== undefined && order.seed !== install?.seed) return false;
  // without an image of its own it follows boot.default, which `up IMAGE` changes for one run
  if (order.image !== undefined && image !== undefined && order.image !== image) return false;
  return !(order.isAlways && install?.once === true);
}
