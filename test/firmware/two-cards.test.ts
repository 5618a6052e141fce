import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { EngineName } from '../../src/model/config.ts';
import type { LabFirmware } from '../../src/lab/lab-firmware.ts';
import { startMachine } from '../../src/lab/machine.ts';
import { startPxectlBootServer } from '../../src/lab/pxectl-boot-server.ts';
import { createVirtualLan, LAN } from '../../src/lab/virtual-lan.ts';
import { openMachineStates } from '../../src/machines/machine-states.ts';
import { stateLayout } from '../../src/model/state-layout.ts';
import { run } from '../../src/platform/processes.ts';
import { parseMac } from '../../src/protocol/addresses.ts';
import { readEvents } from '../../src/watch/read-events.ts';
import { DISK_SAYS, makeDiskThatSpeaks } from '../support/disk-that-speaks.ts';
import { itNeeds } from '../support/external-tool.ts';

const program = join(import.meta.dirname, '..', '..', 'bin', 'pxectl.js');
const project = mkdtempSync(join(tmpdir(), 'pxectl-cards-'));
const configPath = join(project, 'pxectl.yaml');
const layout = stateLayout(join(project, '.pxectl'));
const seed = join(project, 'seed.cfg');
const itBoots = itNeeds('root', 'qemu-system-x86_64', 'dnsmasq', 'ip', 'mkfs.vfat', 'mcopy');

/** The card that boots, and the one that the installer finds first and would take. */
const BOOTING = parseMac('52:54:00:00:0b:02')!;
const OTHER = parseMac('52:54:00:00:0b:01')!;

beforeAll(async () => {
  const fetched = await run(process.execPath, [program, 'fetch', 'debian-12'], { cwd: project });
  expect(fetched.exitCode, fetched.stderr).toBe(0);
  writeFileSync(seed, 'd-i debian-installer/locale string en_US.UTF-8\n');
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

async function prepare(loader: string): Promise<void> {
  const isGrub = loader === 'grub';
  const mode = isGrub ? 'mode: pxe-only, range: 192.168.1.200-192.168.1.220' : 'mode: proxy';
  writeFileSync(
    configPath,
    `version: 1
network: { interface: ${LAN.serverInterface}, address: ${LAN.serverAddress}, ${mode} }
images: [debian-12]
boot: { default: debian-12, menu: false, serialBaud: 115200, arguments: [no_timer_check] }
loaders: { bios: ${loader === 'pxelinux' ? 'pxelinux' : 'ipxe'}, uefi: ${isGrub ? 'grub' : 'ipxe'} }
machines: [{ mac: "${BOOTING}", name: pc, install: { seed: seed.cfg }, secureBoot: ${isGrub} }]
`,
  );
  rmSync(layout.events, { force: true });
  const order = { at: new Date().toISOString(), by: 'tester', isAlways: false, seed, image: 'debian-12' };
  await openMachineStates(layout).arm(new Map([[BOOTING, order]]));
}

describe('a machine with two cards in the LAN installs through the one that it was booted from, and once', () => {
  itBoots.each<[LabFirmware, string, EngineName]>([
    ['bios', 'pxelinux', 'dnsmasq'],
    ['uefi', 'ipxe', 'builtin'],
  ])('%s through %s, %s', async (firmware, loader, engine) => {
    await prepare(loader);
    const lan = await createVirtualLan({});
    try {
      const server = await startPxectlBootServer(lan, { configPath, layout, engine });
      const machine = await startMachine(lan, {
        firmware,
        mac: BOOTING,
        otherCards: [OTHER],
        folder: join(lan.folder, 'machine'),
        disk: makeDiskThatSpeaks(join(lan.folder, 'disk')),
      });
      const seedEvents = async (): Promise<string[]> =>
        (await readEvents(layout.events)).map(({ type }) => type).filter((type) => type.startsWith('seed.'));
      const deadline = Date.now() + 300_000;
      while ((await seedEvents()).length === 0 && Date.now() < deadline) {
        await new Promise((wake) => setTimeout(wake, 500));
      }
      const serial = machine.serialLines().join('\n');
      expect(serial).toContain(`BOOTIF=01-${BOOTING.replaceAll(':', '-')}`);
      expect(await seedEvents(), serial.slice(-3000)).toEqual(['seed.requested']);

      // its installer never reports: its next network boot is its disk's, with no seed
      await machine.control.execute('system_reset');
      const said = (): string => machine.serialLines().join('\n');
      const ofDisk = DISK_SAYS[firmware === 'bios' ? 'bios' : 'uefi'];
      await expect.poll(said, { timeout: 300_000, interval: 200 }).toContain(ofDisk);
      await machine.stop();
      await server.stop();
      expect(await seedEvents()).toEqual(['seed.requested']);
      // a BIOS is left to its disk without an answer, and a packet of DHCP alone proves no boot
      const { installs } = await openMachineStates(layout).known();
      expect(installs.get(BOOTING)?.kind).toBe(firmware === 'bios' ? 'installing' : 'unreported');
    } finally {
      await lan.destroy();
    }
  });
});
