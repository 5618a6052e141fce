import { startMachine, type MachineOptions, type VirtualMachine } from '../../../src/lab/machine.ts';
import { BOOT_CARD } from '../../../src/lab/qemu-arguments.ts';
import type { VirtualLan } from '../../../src/lab/virtual-lan.ts';
import type { SwitchedMachine } from './switched-machine.ts';

/** Places in QEMU's boot order, before and after the disk. */
const PLACES = { network: 1, 'own order': 3 } as const;

/** A virtual machine that stands switched off in the LAN, its disk first in its boot order; a controller switches it. */
export async function labMachine(
  lan: VirtualLan,
  options: MachineOptions,
): Promise<SwitchedMachine & Pick<VirtualMachine, 'serialLines' | 'stop'>> {
  const qemu = await startMachine(lan, { ...options, isOff: true });
  const { control } = qemu;
  const placeCard = async (place: number): Promise<void> => {
    // QEMU refuses a place that is taken, by the card itself too
    for (const value of [-1, place]) {
      await control.execute('qom-set', { path: BOOT_CARD, property: 'bootindex', value });
    }
  };
  return {
    serialLines: () => qemu.serialLines(),
    stop: () => qemu.stop(),
    isOn: async () => ((await control.execute('query-status')) as { running: boolean }).running,
    async switchOn(from) {
      await placeCard(PLACES[from]);
      // the firmware reads the order that was at its reset
      await control.execute('system_reset');
      await control.execute('cont');
    },
    async switchOff() {
      await control.execute('stop');
    },
  };
}
