import { askControl } from '../../control/control-client.ts';
import { readLiveSession } from '../../engine/session-record.ts';
import { armedAmong, recordDisarm } from '../../machines/record-orders.ts';
import { PxectlError } from '../../model/errors.ts';
import type { Machine } from '../../model/config.ts';
import type { StateLayout } from '../../model/state-layout.ts';

/**
 * Orders go with their machine: whichever of these addresses is armed is not any more, in a running pxectl too.
 * @throws PxectlError when that is not on the disk
 */
export async function dropOrders(
  layout: StateLayout,
  machines: readonly Pick<Machine, 'name' | 'mac' | 'uuid' | 'serial'>[],
): Promise<void> {
  const armed = await armedAmong(layout, machines);
  if (armed.length === 0) return;
  const session = await readLiveSession(layout);
  if (session !== undefined) {
    const keys = armed.map(({ key }) => key);
    const question = {
      layout,
      pid: session.process.pid,
      command: `pxectl machines disarm ${keys.join(' ')}`,
    };
    // one that does not answer decides from what is on the disk, below
    await askControl('disarm', { machines: keys }, question).catch((error: unknown) => {
      if (!(error instanceof PxectlError) || error.code !== 'E_CONTROL') throw error;
    });
  }
  await recordDisarm(layout, armed);
}
