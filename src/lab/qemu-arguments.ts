import type { MacAddress } from '../protocol/addresses.ts';
import { LAB_BOARDS, type LabFirmware } from './lab-firmware.ts';

/** Files of the machine's folder. */
export const MACHINE_FILES = { variables: 'vars.fd', serial: 'serial.log', control: 'qmp.sock' } as const;

/** A network card and the tap that it is plugged into. */
export interface NetworkCard {
  readonly mac: MacAddress;
  readonly tap: string;
}

export interface QemuOptions {
  readonly firmware: LabFirmware;
  readonly mac: MacAddress;
  /** default 1024: what the Debian installer needs */
  readonly memoryMiB?: number;
  readonly tap: string;
  /** cards that the machine finds before the one that it boots from; default: none */
  readonly otherCards?: readonly NetworkCard[];
  readonly name: string;
  /** a raw disk image, started when the network says so; default: no disk */
  readonly disk?: string;
  /** SMBIOS serial number; default: none */
  readonly serialNumber?: string;
  /** it is not switched on yet: QMP's `cont` does that */
  readonly isOff?: boolean;
}

/** The card that the machine boots from, for QMP. */
export const BOOT_CARD = '/machine/peripheral/nic0';

/**
 * The QEMU command line of a machine. TCG always: /dev/kvm being there does not mean that KVM works, and times
 * that depend on the host would be no times to compare.
 */
export function qemuArguments(options: QemuOptions): string[] {
  const { firmware } = options;
  const board = LAB_BOARDS[firmware];
  const common = [
    ...['-name', options.name, '-accel', 'tcg', '-cpu', board.cpu, '-m', String(options.memoryMiB ?? 1024)],
    ...['-display', 'none', '-monitor', 'none', '-serial', `file:${MACHINE_FILES.serial}`],
    ...['-qmp', `unix:${MACHINE_FILES.control},server=on,wait=off`],
    ...['-netdev', `tap,id=n0,ifname=${options.tap},script=no,downscript=no`],
    ...['-machine', board.machine],
    ...(options.otherCards ?? []).flatMap(cardArguments),
    ...diskArguments(options.disk),
    ...(options.serialNumber === undefined ? [] : ['-smbios', `type=1,serial=${options.serialNumber}`]),
    ...(options.isOff === true ? ['-S'] : []),
  ];
  const nic = `virtio-net-pci,id=nic0,netdev=n0,mac=${options.mac}`;
  // the NIC's iPXE ROM is the PXE stack of SeaBIOS
  if (board.uefi === undefined) return [...common, '-boot', 'n', '-device', `${nic},bootindex=1`];
  return [
    ...common,
    ...(firmware === 'uefi-secure' ? ['-global', 'driver=cfi.pflash01,property=secure,value=on'] : []),
    ...['-drive', `if=pflash,format=raw,unit=0,readonly=on,file=${board.uefi.code}`],
    ...['-drive', `if=pflash,format=raw,unit=1,file=${MACHINE_FILES.variables}`],
    // no option ROM: the firmware's own driver and its own PXE client are what is under test
    ...['-device', `${nic},romfile=,bootindex=1`],
    // each boot path that is not under test costs a minute of retries
    ...switchOff('IPv6PXESupport'),
    ...(firmware === 'uefi-http' ? switchOff('IPv4PXESupport') : []),
  ];
}

/** No option ROM and no place in the boot order: a card that the machine does not boot from. */
function cardArguments({ mac, tap }: NetworkCard, index: number): string[] {
  const id = `other${index}`;
  return [
    ...['-netdev', `tap,id=${id},ifname=${tap},script=no,downscript=no`],
    ...['-device', `virtio-net-pci,netdev=${id},mac=${mac},romfile=`],
  ];
}

/** After the network in the boot order, as on a machine that is installed over it. */
function diskArguments(file: string | undefined): string[] {
  if (file === undefined) return [];
  return ['-drive', `if=none,id=d0,format=raw,file=${file}`, '-device', 'ide-hd,drive=d0,bootindex=2'];
}

function switchOff(feature: string): string[] {
  return ['-fw_cfg', `name=opt/org.tianocore/${feature},string=n`];
}
