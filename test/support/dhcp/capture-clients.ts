// Made the captures of fixtures/dhcp: boots one virtual machine next to our DHCP server and keeps what was on the wire.
// As root: tsx test/support/dhcp/capture-clients.ts uefi|uefi-http|bios SECONDS FOLDER [pxelinux] [pxe-only]
import { copyFile, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LabFirmware } from '../../../src/lab/lab-firmware.ts';
import { startMachine } from '../../../src/lab/machine.ts';
import { createVirtualLan, LAN } from '../../../src/lab/virtual-lan.ts';
import { CLIENT_MAC } from './client-packets.ts';

const LOADERS = [
  ['/usr/lib/ipxe/snponly.efi', 'ipxe/snponly-x64.efi'],
  ['/usr/lib/ipxe/snponly.efi', 'loaders/ipxe/snponly-x64.efi'],
  ['/usr/lib/PXELINUX/pxelinux.0', 'pxelinux.0'],
  ['/usr/lib/syslinux/modules/bios/ldlinux.c32', 'ldlinux.c32'],
] as const;

const [firmware = 'uefi', seconds = '35', target = '.', ...flags] = process.argv.slice(2);
const folder = resolve(target);
const served = join(folder, 'served');
const say = (line: string): void => void process.stdout.write(`${line}\n`);

await mkdir(folder, { recursive: true });
const lan = await createVirtualLan({ folder: join(folder, 'lan') });
try {
  for (const [source, name] of LOADERS) {
    await mkdir(join(served, name, '..'), { recursive: true });
    await copyFile(source, join(served, name));
  }
  await lan.startIn('lan', 'dnsmasq', [
    ...['--keep-in-foreground', '--conf-file=/dev/null', '--port=0', '--user=root', '--bind-interfaces'],
    ...['--enable-tftp', `--tftp-root=${served}`, `--listen-address=${LAN.serverAddress}`],
    `--pid-file=${join(folder, 'tftp.pid')}`,
  ]);
  await lan.startIn('lan', 'busybox', ['httpd', '-f', '-p', `${LAN.serverAddress}:8080`, '-h', served]);
  const capture = await lan.capture(join(folder, `${firmware}.pcap`));
  const options = {
    interfaceName: LAN.serverInterface,
    address: LAN.serverAddress,
    prefix: LAN.prefix,
    mode: flags.includes('pxe-only') ? 'pxe-only' : 'proxy',
    range: { first: '192.168.1.200', last: '192.168.1.220' },
    biosOverIpxe: flags.includes('pxelinux'),
  };
  const program = join(import.meta.dirname, 'dhcp-server-process.ts');
  const server = await lan.startIn('lan', process.execPath, [
    '--import',
    'tsx',
    program,
    JSON.stringify(options),
  ]);
  await new Promise<void>((ready) => {
    server.onLine((line) => {
      say(line);
      if (line.includes('"ready"')) ready();
    });
  });
  const machine = await startMachine(lan, {
    firmware: firmware as LabFirmware,
    mac: CLIENT_MAC,
    folder: join(folder, 'machine'),
    onSerial: (line) => say(`serial: ${line}`),
  });
  await sleep(Number(seconds) * 1000);
  await machine.stop();
  await capture.stop();
} finally {
  await lan.destroy();
}
