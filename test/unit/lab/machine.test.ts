import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { LAB_BOARDS, LAB_FIRMWARES } from '../../../src/lab/lab-firmware.ts';
import { pngFromPpm } from '../../../src/lab/png.ts';
import { qemuArguments } from '../../../src/lab/qemu-arguments.ts';
import { followSerial, plainLines } from '../../../src/lab/serial-console.ts';
import { parseMac } from '../../../src/protocol/addresses.ts';

const mac = parseMac('52:54:00:12:34:56')!;
const argumentsOf = (firmware: (typeof LAB_FIRMWARES)[number]) =>
  qemuArguments({ firmware, mac, tap: 'tap0', name: 'test' }).join(' ');

describe('qemuArguments', () => {
  it.each(LAB_FIRMWARES)('%s: software emulation, our MAC, our tap, no window', (firmware) => {
    const line = argumentsOf(firmware);
    expect(line).toMatch(/-accel tcg -cpu (max|cortex-a57) -m 1024/);
    expect(line).toContain(`mac=${mac}`);
    expect(line).toContain('ifname=tap0,script=no,downscript=no');
    expect(line).toContain('-display none');
    expect(line).not.toContain('kvm');
  });

  it('gives BIOS the ROM of its NIC and a serial console, and UEFI neither', () => {
    expect(argumentsOf('bios')).toContain('pc,graphics=off -boot n');
    expect(argumentsOf('bios')).not.toContain('pflash');
    expect(argumentsOf('uefi')).toContain('romfile=');
  });

  it('gives arm64 a board and a firmware of its own', () => {
    expect(argumentsOf('uefi-arm64')).toContain('-machine virt');
    expect(argumentsOf('uefi-arm64')).toContain('AAVMF_CODE.fd');
    expect(LAB_BOARDS['uefi-arm64'].program).toBe('qemu-system-aarch64');
  });

  it('switches off the boot ways that are not under test', () => {
    expect(argumentsOf('uefi')).not.toContain('IPv4PXESupport');
    expect(argumentsOf('uefi')).toContain('IPv6PXESupport,string=n');
    expect(argumentsOf('uefi-http')).toContain('IPv4PXESupport,string=n');
  });

  it('protects the variables of Secure Boot by system management mode', () => {
    expect(argumentsOf('uefi-secure')).toContain('q35,smm=on');
    expect(argumentsOf('uefi-secure')).toContain('cfi.pflash01,property=secure,value=on');
    expect(argumentsOf('uefi-secure')).toContain('OVMF_CODE_4M.secboot.fd');
    expect(argumentsOf('uefi')).not.toContain('smm');
  });
});

describe('plainLines', () => {
  it('drops colours and starts a line where the cursor moves', () => {
    expect(plainLines('\x1b[2J\x1b[01;01H\x1b[0m\x1b[37;40m>>Start PXE over IPv4.')).toEqual([
      '',
      '>>Start PXE over IPv4.',
    ]);
  });
});

describe('followSerial', () => {
  it('says each line once, also when it comes in pieces, and keeps the unfinished last one', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pxectl-serial-'));
    const file = join(folder, 'serial.log');
    const said: string[] = [];
    const serial = followSerial(file, (line) => said.push(line));
    await new Promise((resolve) => setTimeout(resolve, 150));
    writeFileSync(file, 'PXE-E2');
    await new Promise((resolve) => setTimeout(resolve, 150));
    appendFileSync(file, '1: Remote boot cancelled.\r\n\r\n  a  \r\n  a  \r\ngrub> ');
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(said).toEqual(['PXE-E21: Remote boot cancelled.', 'a']);
    expect(serial.lines().at(-1)?.trim()).toBe('grub>');
    await serial.stop();
    expect(said.at(-1)).toBe('grub>');
    rmSync(folder, { recursive: true });
  });
});

describe('pngFromPpm', () => {
  it('keeps every pixel', () => {
    const pixels = Uint8Array.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 1, 2, 3]);
    const png = Buffer.from(pngFromPpm(Buffer.concat([Buffer.from('P6\n2 2\n255\n'), pixels])));
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([2, 2]);
    const idatAt = png.indexOf('IDAT');
    const rows = inflateSync(png.subarray(idatAt + 4, idatAt + 4 + png.readUInt32BE(idatAt - 4)));
    expect([...rows]).toEqual([0, 255, 0, 0, 0, 255, 0, 0, 0, 0, 255, 1, 2, 3]);
  });

  it('refuses a picture that is cut', () => {
    expect(() => pngFromPpm(Buffer.from('P6\n20 20\n255\nabc'))).toThrow(/no complete P6/);
  });
});
