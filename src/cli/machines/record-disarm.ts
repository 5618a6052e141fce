import { openMachineStates } from '../../machines/machine-states.ts';
import { environmentError } from '../../model/errors.ts';
import type { MachineKey } from '../../model/machine-key.ts';
import type { StateLayout } from '../../model/state-layout.ts';

/** @throws PxectlError of the disk: what is not written is not so */
export async function recordDisarm(
  layout: StateLayout,
  machines: readonly { readonly name: string; readonly key: MachineKey }[],
): Promise<void> {
  const { trouble } = await openMachineStates(layout).disarm(machines.map(({ key }) => key));
  if (trouble === undefined) return;
  throw environmentError('E_PERMISSION', {
    what: `that ${machines.map(({ name }) => name).join(', ')} is disarmed cannot be written`,
    why: trouble,
    next: 'make room or mend the rights, and run the same command again',
  });
}
