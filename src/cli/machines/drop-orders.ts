import { askControl } from '../../control/control-client.ts';
import { readLiveSession } from '../../engine/session-record.ts';
import { openMachineStates } from '../../machines/machine-states.ts';
import { PxectlError } from '../../model/errors.ts';
import type { StateLayout } from '../../model/state-layout.ts';
import type { MacAddress } from '../../protocol/addresses.ts';
import { recordDisarm } from './record-disarm.ts';

/**
 * Orders go with their machine: whichever of these addresses is armed is not any more, in a running pxectl too.
 * @throws PxectlError when that is not on the disk
 */
export async function dropOrders(
  layout: StateLayout,
  machines: readonly { readonly name: string; readonly mac?: MacAddress | undefined }[],
): Promise<void> {
  const { installs } = await openMachineStates(layout).known();
  const armed = machines.flatMap(({ name, mac }) =>
    mac !== undefined && installs.get(mac)?.kind === 'armed' ? [{ name, mac }] : [],
  );
  if (armed.length === 0) return;
  const session = await readLiveSession(layout);
  if (session !== undefined) {
    const macs = armed.map(({ mac }) => mac);
    const question = {
      layout,
      pid: session.process.pid,
      command: `pxectl machines disarm ${macs.join(' ')}`,
    };
    // one that does not answer decides from what is on the disk, below
    await askControl('disarm', { machines: macs }, question).catch((error: unknown) => {
      if (!(error instanceof PxectlError) || error.code !== 'E_CONTROL') throw error;
    });
  }
  await recordDisarm(layout, armed);
}
