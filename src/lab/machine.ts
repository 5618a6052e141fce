import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { environmentError, messageOf, systemCodeOf } from '../model/errors.ts';
import type { MacAddress } from '../protocol/addresses.ts';
import type { LongRunning } from '../platform/long-running.ts';
import { writeOutputFile } from '../platform/output-file.ts';
import { LAB_BOARDS, type LabBoard, type LabFirmware } from './lab-firmware.ts';
import { pngFromPpm } from './png.ts';
import { MACHINE_FILES, qemuArguments, type NetworkCard } from './qemu-arguments.ts';
import { connectQmp, type QmpClient } from './qmp-client.ts';
import { followSerial, type SerialConsole } from './serial-console.ts';
import type { VirtualLan } from './virtual-lan.ts';
import { installHint } from '../platform/install-hint.ts';

export interface MachineOptions {
  readonly firmware: LabFirmware;
  readonly mac: MacAddress;
  /** where the firmware's variables, the serial log and the control socket go */
  readonly folder: string;
  /** default 1024: what the Debian installer needs */
  readonly memoryMiB?: number;
  /** cards in the same LAN that the machine finds before the one that it boots from; default: none */
  readonly otherCards?: readonly MacAddress[];
  /** a raw disk image, started when the network says so; default: no disk */
  readonly disk?: string;
  /** SMBIOS serial number; default: none */
  readonly serialNumber?: string;
  /** it is not switched on yet: `cont` of `control` does that */
  readonly isOff?: boolean;
  /** each line on the serial port */
  readonly onSerial?: (line: string) => void;
}

/** A virtual machine that is switched on. */
export interface VirtualMachine {
  readonly mac: MacAddress;
  readonly pid: number;
  readonly control: Pick<QmpClient, 'execute'>;
  /** resolves when QEMU has ended, with its last words on stderr */
  readonly ended: Promise<string>;
  /** what the firmware, the loader and the kernel said so far */
  serialLines(): readonly string[];
  /** writes a PNG of the screen */
  screenshot(file: string): Promise<void>;
  /** switches it off; idempotent */
  stop(): Promise<void>;
}

/**
 * Switches a machine on in the LAN, on a tap of its own.
 * @throws PxectlError E_TOOL_MISSING without QEMU or its UEFI firmware, E_LAB when QEMU does not start
 */
export async function startMachine(lan: VirtualLan, options: MachineOptions): Promise<VirtualMachine> {
  await mkdir(options.folder, { recursive: true });
  const board = LAB_BOARDS[options.firmware];
  if (board.uefi !== undefined) {
    await copyVariables(board.uefi, join(options.folder, MACHINE_FILES.variables));
  }
  const serialFile = join(options.folder, MACHINE_FILES.serial);
  await writeFile(serialFile, '');
  const tap = await addTapFor(lan, options.mac);
  const otherCards: NetworkCard[] = [];
  for (const mac of options.otherCards ?? []) otherCards.push({ mac, tap: await addTapFor(lan, mac) });
  const name = `pxl${lan.id}-${options.firmware}`;
  const qemu = await lan.startIn('lan', board.program, qemuArguments({ ...options, tap, otherCards, name }), {
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

async function addTapFor(lan: VirtualLan, mac: MacAddress): Promise<string> {
  return lan.addTap(`tap${mac.replaceAll(':', '').slice(-6)}`);
}

async function copyVariables(files: NonNullable<LabBoard['uefi']>, target: string): Promise<void> {
  try {
    await copyFile(files.variables, target);
  } catch (error) {
    if (systemCodeOf(error) !== 'ENOENT') throw error;
    throw environmentError('E_TOOL_MISSING', {
      what: 'the UEFI firmware for virtual machines is not installed',
      why: `${files.variables} is not there`,
      next: installHint([files.package]),
      details: { program: files.package },
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
    readonly control: QmpClient,
    readonly ended: Promise<string>,
  ) {
    this.mac = options.mac;
    this.pid = qemu.pid;
  }

  serialLines(): readonly string[] {
    return this.serial.lines();
  }

  async screenshot(file: string): Promise<void> {
    const picture = join(this.options.folder, 'screen');
    try {
      await this.control.execute('screendump', { filename: picture, format: 'png' });
      await writeOutputFile(file, await readFile(picture));
    } catch (error) {
      // QEMU before 7.1 knows PPM only, and one without libpng has no PNG
      if (!/format|png/i.test(messageOf(error) + String((error as { why?: string }).why))) throw error;
      await this.control.execute('screendump', { filename: picture });
      await writeOutputFile(file, pngFromPpm(await readFile(picture)));
    } finally {
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
