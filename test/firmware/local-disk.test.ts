import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { LabFirmware } from '../../src/lab/lab-firmware.ts';
import { startMachine } from '../../src/lab/machine.ts';
import { startPxectlBootServer } from '../../src/lab/pxectl-boot-server.ts';
import { createVirtualLan, LAN } from '../../src/lab/virtual-lan.ts';
import { stateLayout } from '../../src/model/state-layout.ts';
import { run } from '../../src/platform/processes.ts';
import { parseMac } from '../../src/protocol/addresses.ts';
import { readEvents } from '../../src/watch/read-events.ts';
import { DISK_SAYS, makeDiskThatSpeaks } from '../support/disk-that-speaks.ts';
import { itNeeds } from '../support/external-tool.ts';

const program = join(import.meta.dirname, '..', '..', 'bin', 'pxectl.js');
const project = mkdtempSync(join(tmpdir(), 'pxectl-disk-'));
const configPath = join(project, 'pxectl.yaml');
const itBoots = itNeeds('root', 'qemu-system-x86_64', 'dnsmasq', 'ip', 'mkfs.vfat', 'mcopy');

beforeAll(async () => {
  const fetched = await run(process.execPath, [program, 'fetch', 'debian-12'], { cwd: project });
  expect(fetched.exitCode, fetched.stderr).toBe(0);
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

/** A menu whose default is the local disk does what a person's choice of it does; without one it is the same. */
function writeConfig(loader: string, hasMenu: boolean): void {
  const isGrub = loader === 'grub';
  writeFileSync(
    configPath,
    `version: 1
network: { interface: ${LAN.serverInterface}, address: ${LAN.serverAddress}, ${
      isGrub ? 'mode: pxe-only, range: 192.168.1.200-192.168.1.220' : 'mode: proxy'
    } }
engine: builtin
images: [debian-12]
boot: { default: local, menu: ${hasMenu}, timeoutSeconds: 1, serialBaud: 115200, arguments: [no_timer_check] }
loaders: { bios: ${loader === 'pxelinux' ? 'pxelinux' : 'ipxe'}, uefi: ${isGrub ? 'grub' : 'ipxe'} }
machines: [{ mac: "52:54:00:00:00:01", name: pc, secureBoot: ${isGrub} }]
`,
  );
}

describe('the local disk starts at once', () => {
  itBoots.each<[LabFirmware, string, string]>([
    ['uefi', 'ipxe', 'without a menu'],
    ['uefi-secure', 'grub', 'after the menu'],
    ['bios', 'ipxe', 'after the menu'],
    ['bios', 'pxelinux', 'after the menu'],
  ])('%s through %s, %s', async (firmware, loader, way) => {
    writeConfig(loader, way === 'after the menu');
    const layout = stateLayout(join(project, '.pxectl'));
    rmSync(layout.events, { force: true });
    const lan = await createVirtualLan({});
    try {
      const server = await startPxectlBootServer(lan, { configPath, layout, engine: 'builtin' });
      const machine = await startMachine(lan, {
        firmware,
        mac: parseMac('52:54:00:00:00:01')!,
        folder: join(lan.folder, 'machine'),
        memoryMiB: 512,
        disk: makeDiskThatSpeaks(join(lan.folder, 'disk')),
      });
      const wanted = DISK_SAYS[firmware === 'bios' ? 'bios' : 'uefi'];
      const deadline = Date.now() + 200_000;
      const hasSpoken = (): boolean => machine.serialLines().some((line) => line.includes(wanted));
      while (!hasSpoken() && Date.now() < deadline) await new Promise((wake) => setTimeout(wake, 200));
      const serial = machine.serialLines().join('\n');
      const events = await readEvents(layout.events);
      await machine.stop();
      await server.stop();
      expect(serial).toContain(wanted);
      expect(serial).not.toContain('Could not boot image');
      // a second round would ask for an address as a client of HTTP Boot
      const asked = events.filter((event) => event.type === 'dhcp.discover');
      expect(asked.map((event) => event.detail['firmware'])).not.toContain('uefi-http-x64');
    } finally {
      await lan.destroy();
    }
  });
});
