import type { Config } from '../model/config.ts';
import { environmentError } from '../model/errors.ts';
import { machineKey, type MachineIdentity, type MachineKey } from '../model/machine-key.ts';
import type { ArmedOrder } from '../model/machine-state.ts';
import type { StateLayout } from '../model/state-layout.ts';
import type { InstallJob } from './install-run.ts';
import { openMachineStates } from './machine-states.ts';
import { ordersFor } from './orders-for.ts';

/** Arms them on the disk, where no pxectl is up that could be asked. @throws PxectlError: what is not written is not so */
export async function recordArm(
  layout: Pick<StateLayout, 'root'>,
  config: Config,
  keys: readonly MachineKey[],
  order: Pick<ArmedOrder, 'by' | 'isAlways'>,
): Promise<void> {
  const at = new Date().toISOString();
  await openMachineStates(layout).arm(ordersFor(config, keys, { at, ...order }));
}

/** @throws PxectlError of the disk: what is not written is not so */
export async function recordDisarm(
  layout: Pick<StateLayout, 'root'>,
  machines: readonly InstallJob[],
): Promise<void> {
  const { trouble } = await openMachineStates(layout).disarm(machines.map(({ key }) => key));
  if (trouble === undefined) return;
  throw environmentError('E_PERMISSION', {
    what: `that ${machines.map(({ name }) => name).join(', ')} is disarmed cannot be written`,
    why: trouble,
    next: 'make room or mend the rights, and run the same command again',
  });
}

/** Those of these machines, which may be in no file any more, that are armed. */
export async function armedAmong(
  layout: Pick<StateLayout, 'root'>,
  machines: readonly (MachineIdentity & { readonly name: string })[],
): Promise<readonly InstallJob[]> {
  const { installs } = await openMachineStates(layout).known();
  return machines
    .map((machine) => ({ name: machine.name, key: machineKey(machine) }))
    .filter(({ key }) => installs.get(key)?.kind === 'armed');
}
