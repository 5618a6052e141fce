import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { environmentError, messageOf, systemCodeOf } from '../model/errors.ts';
import { rm } from 'node:fs/promises';
import type { MacAddress } from '../protocol/addresses.ts';
import type { LongRunning } from '../platform/processes.ts';
import { pngFromPpm } from './png.ts';
import { connectQmp, type QmpClient } from './qmp-client.ts';
import { followSerial, type SerialConsole } from './serial-console.ts';
import type { VirtualLan } from './virtual-lan.ts';

/** Firmware that a virtual machine can boot with. */
export const LAB_FIRMWARES = ['bios', 'uefi', 'uefi-http', 'uefi-secure'] as const;

export type LabFirmware = (typeof LAB_FIRMWARES)[number];

export interface MachineOptions {
  readonly firmware: LabFirmware;
  readonly mac: MacAddress;
  /** where the firmware's variables, the serial log and the control socket go */
  readonly folder: string;
  /** default 1024: what the Debian installer needs */
  readonly memoryMiB?: number;
  /** each line on the serial port */
  readonly onSerial?: (line: string) => void;
}

/** A virtual machine that is switched on. */
export interface VirtualMachine {
  readonly mac: MacAddress;
  readonly pid: number;
  /** resolves when QEMU has ended, with its last words on stderr */
  readonly ended: Promise<string>;
  /** what the firmware, the loader and the kernel said so far */
  serialLines(): readonly string[];
  /** writes a PNG of the screen */
  screenshot(file: string): Promise<void>;
  /** switches it off; idempotent */
  stop(): Promise<void>;
}

/** Files of the machine's folder. */
export const MACHINE_FILES = { variables: 'vars.fd', serial: 'serial.log', control: 'qmp.sock' } as const;

interface UefiFiles {
  readonly code: string;
  readonly variables: string;
}

/** OVMF by Debian's and Ubuntu's names. */
const OVMF: Readonly<Record<Exclude<LabFirmware, 'bios'>, UefiFiles>> = {
  uefi: { code: '/usr/share/OVMF/OVMF_CODE_4M.fd', variables: '/usr/share/OVMF/OVMF_VARS_4M.fd' },
  'uefi-http': { code: '/usr/share/OVMF/OVMF_CODE_4M.fd', variables: '/usr/share/OVMF/OVMF_VARS_4M.fd' },
  'uefi-secure': {
    code: '/usr/share/OVMF/OVMF_CODE_4M.secboot.fd',
    // the .ms variables have Microsoft's keys enrolled and Secure Boot switched on
    variables: '/usr/share/OVMF/OVMF_VARS_4M.ms.fd',
  },
};

/**
 * The QEMU command line of a machine. TCG always: /dev/kvm being there does not mean that KVM works, and times
 * that depend on the host would be no times to compare.
 */
export function qemuArguments(
  options: Pick<MachineOptions, 'firmware' | 'mac' | 'memoryMiB'> & {
    readonly tap: string;
    readonly name: string;
  },
): string[] {
  const { firmware } = options;
  const common = [
    ...['-name', options.name, '-accel', 'tcg', '-cpu', 'max', '-m', String(options.memoryMiB ?? 1024)],
    ...['-display', 'none', '-monitor', 'none', '-serial', `file:${MACHINE_FILES.serial}`],
    ...['-qmp', `unix:${MACHINE_FILES.control},server=on,wait=off`],
    ...['-netdev', `tap,id=n0,ifname=${options.tap},script=no,downscript=no`],
  ];
  if (firmware === 'bios') {
    // graphics=off makes SeaBIOS talk on the serial port; the NIC's iPXE ROM is its PXE stack
    const nic = `virtio-net-pci,netdev=n0,mac=${options.mac}`;
    return [...common, '-machine', 'pc,graphics=off', '-boot', 'n', '-device', nic];
  }
  const isSecure = firmware === 'uefi-secure';
  const code = `if=pflash,format=raw,unit=0,readonly=on,file=${OVMF[firmware].code}`;
  return [
    ...common,
    ...['-machine', isSecure ? 'q35,smm=on' : 'q35'],
    ...(isSecure ? ['-global', 'driver=cfi.pflash01,property=secure,value=on'] : []),
    ...['-drive', code, '-drive', `if=pflash,format=raw,unit=1,file=${MACHINE_FILES.variables}`],
    // no option ROM: OVMF's own driver and its own PXE client are what is under test
    ...['-device', `virtio-net-pci,netdev=n0,mac=${options.mac},romfile=,bootindex=1`],
    // each boot path that is not under test costs a minute of retries
    ...switchOff('IPv6PXESupport'),
    ...(firmware === 'uefi-http' ? switchOff('IPv4PXESupport') : []),
  ];
}

function switchOff(feature: string): string[] {
  return ['-fw_cfg', `name=opt/org.tianocore/${feature},string=n`];
}

/**
 * Switches a machine on in the LAN, on a tap of its own.
 * @throws PxectlError E_TOOL_MISSING without QEMU or OVMF, E_LAB when QEMU does not start
 */
export async function startMachine(lan: VirtualLan, options: MachineOptions): Promise<VirtualMachine> {
  await mkdir(options.folder, { recursive: true });
  if (options.firmware !== 'bios') {
    await copyVariables(OVMF[options.firmware], join(options.folder, MACHINE_FILES.variables));
  }
  const serialFile = join(options.folder, MACHINE_FILES.serial);
  await writeFile(serialFile, '');
  const tap = await lan.addTap(`tap${options.mac.replaceAll(':', '').slice(-6)}`);
  const name = `pxl${lan.id}-${options.firmware}`;
  const qemu = await lan.startIn('lan', 'qemu-system-x86_64', qemuArguments({ ...options, tap, name }), {
    cwd: options.folder,
  });
  const words: string[] = [];
  qemu.onLine((line) => words.push(line));
  const serial = followSerial(serialFile, options.onSerial ?? (() => undefined));
  const ended = qemu.ended.then(() => words.slice(-3).join(' | '));
  let control: QmpClient;
  try {
    control = await Promise.race([
      // by way of /proc, since a socket's path may have 107 characters only
      connectQmp(`/proc/${qemu.pid}/cwd/${MACHINE_FILES.control}`),
      ended.then((why) => {
        throw environmentError('E_LAB', { what: 'QEMU ended at once', why });
      }),
    ]);
  } catch (error) {
    qemu.kill('SIGKILL');
    await serial.stop();
    throw error;
  }
  return new QemuMachine(options, qemu, serial, control, ended);
}

async function copyVariables(files: UefiFiles, target: string): Promise<void> {
  try {
    await copyFile(files.variables, target);
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw error;
    throw environmentError('E_TOOL_MISSING', {
      what: 'the UEFI firmware for virtual machines (OVMF) is not installed',
      why: `${files.variables} is not there`,
      next: 'sudo apt-get install ovmf',
      details: { program: 'ovmf' },
    });
  }
}

class QemuMachine implements VirtualMachine {
  readonly mac: MacAddress;
  readonly pid: number;
  #isStopped = false;

  constructor(
    private readonly options: MachineOptions,
    private readonly qemu: LongRunning,
    private readonly serial: SerialConsole,
    private readonly control: QmpClient,
    readonly ended: Promise<string>,
  ) {
    this.mac = options.mac;
    this.pid = qemu.pid;
  }

  serialLines(): readonly string[] {
    return this.serial.lines();
  }

  async screenshot(file: string): Promise<void> {
    const target = resolve(file);
    try {
      await this.control.execute('screendump', { filename: target, format: 'png' });
    } catch (error) {
      // QEMU before 7.1 knows PPM only, and one without libpng has no PNG
      if (!/format|png/i.test(messageOf(error) + String((error as { why?: string }).why))) throw error;
      const picture = join(this.options.folder, 'screen.ppm');
      await this.control.execute('screendump', { filename: picture });
      await writeFile(target, pngFromPpm(await readFile(picture)));
      await rm(picture, { force: true });
    }
  }

  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    const asked = this.control.execute('quit').catch(() => undefined);
    await Promise.race([Promise.all([asked, this.ended]), new Promise((r) => setTimeout(r, 3000))]);
    this.qemu.kill('SIGKILL');
    await this.ended;
    this.control.close();
    await this.serial.stop();
  }
}
