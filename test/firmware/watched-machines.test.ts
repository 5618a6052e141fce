import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import type { LabFirmware } from '../../src/lab/lab-firmware.ts';
import { startMachine, type VirtualMachine } from '../../src/lab/machine.ts';
import { createVirtualLan, LAN, type VirtualLan } from '../../src/lab/virtual-lan.ts';
import { parseMac } from '../../src/protocol/addresses.ts';
import { useBrowser } from '../support/browser.ts';
import { itNeeds } from '../support/external-tool.ts';
import { useInstallProject } from '../support/install-project.ts';
import { watchPage } from '../support/page-check.ts';
import { TmuxTerminal } from '../support/tmux-terminal.ts';

const HEALTHY = parseMac('52:54:00:0d:00:07')!;
const FAILING = parseMac('52:54:00:0d:00:08')!;
const INSTALLING = parseMac('52:54:00:0d:00:09')!;
/** The loader of the second is unsigned, which its firmware refuses. */
const YAML = `version: 1
network: { interface: ${LAN.serverInterface}, address: ${LAN.serverAddress} }
http: { port: 8080 }
images: [debian-12]
boot: { default: debian-12, menu: false, timeoutSeconds: 1, serialBaud: 115200, arguments: [no_timer_check] }
loaders: { bios: pxelinux, uefi: ipxe }
machines:
  - { mac: "${HEALTHY}", name: node-1 }
  - { mac: "${FAILING}", name: node-2 }
  - { mac: "${INSTALLING}", name: node-3, install: { seed: seed.cfg } }
`;
/** An installer that is done as soon as it is let. */
const SEED = `d-i debian-installer/locale string en_US.UTF-8
d-i debconf/frontend select text
d-i preseed/early_command string sleep 30; \\
    wget -q -O /dev/null --post-data="$(read -r _ kb _ < /proc/meminfo; echo memoryMiB=$((kb / 1024)); echo disks=sda)" {{report}}/hardware || true; \\
    wget -q -O /dev/null --post-data= {{report}}/done; sleep 600
`;
const PROGRAM = new URL('../../bin/pxectl.js', import.meta.url).pathname;

const project = useInstallProject();
let lan: VirtualLan;
let terminal: TmuxTerminal;
const machines: VirtualMachine[] = [];
beforeAll(async () => {
  lan = await createVirtualLan({});
  writeFileSync(join(project.path, 'pxectl.yaml'), YAML);
  writeFileSync(join(project.path, 'seed.cfg'), SEED);
  terminal = new TmuxTerminal(`pxectl-${process.pid}`, lan.namespaceOf('lan'));
});
const browser = useBrowser(() => lan.namespaceOf('lan'));
afterAll(async () => {
  for (const machine of machines) await machine.stop();
  await terminal.close();
  await project.pxectl('down');
  await lan.destroy();
});

async function boot(firmware: LabFirmware, mac: string): Promise<void> {
  const folder = join(lan.folder, mac.slice(-2));
  machines.push(await startMachine(lan, { firmware, mac: parseMac(mac)!, folder }));
}

/** For the documents: what both views showed. */
async function keepPictures(page: Page): Promise<void> {
  const folder = process.env['KEEP_PICTURES'];
  if (folder === undefined) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, 'dashboard.png'), fullPage: true });
  writeFileSync(join(folder, 'terminal.txt'), await terminal.picture());
}

itNeeds(
  'root',
  'qemu-system-x86_64',
  'chromium',
  'tmux',
)(
  'three machines at once, one healthy, one that fails, one that installs, are told alike by terminal and dashboard',
  async () => {
    await terminal.open([process.execPath, PROGRAM, 'up', '--no-look', '--engine', 'builtin'], project.path);
    await terminal.shows(/3 machines, 0 booting, 0 with a problem/);
    const armed = await project.pxectl('machines', 'arm', 'node-3', '--yes');
    expect(armed.exitCode, armed.stderr).toBe(0);
    const page = await browser.newPage();
    const { complaints, foreign } = watchPage(page);
    await page.goto('http://127.0.0.1:8080/ui/');
    const row = (name: string) => page.locator('.machine', { hasText: name });
    await row('node-1').getByText('no boot seen').waitFor();
    await boot('bios', INSTALLING);
    await boot('bios', HEALTHY);
    await boot('uefi-secure', FAILING);
    const inBoth = async (name: string, web: string, tmux: RegExp): Promise<void> => {
      await row(name).getByText(web).first().waitFor({ timeout: 500_000 });
      await terminal.shows(tmux);
    };
    await inBoth('node-1', 'booting', /node-1 +ipxe/);
    await inBoth('node-2', 'came whole and was not started', /!node-2 +uefi\S+ .*unsigned-loader/);
    // how many boot, and what stands still, depends on how long the slowest of them takes
    await inBoth('node-3', 'installing', /1 installing, \d with a problem[^]*node-3 +ipxe +installing/);
    await keepPictures(page);
    await inBoth('node-3', 'installed', /node-3 +ipxe +installed/);
    const shown = async (): Promise<string> => (await project.pxectl('machines', 'show', 'node-3')).stdout;
    // what machines tell of themselves is written within seconds
    await expect.poll(shown, { timeout: 60_000 }).toMatch(/memory +\S+ [MG]B[^]*disks +sda/);
    await row('node-1').getByRole('link', { name: 'node-1' }).click();
    const stages = page.locator('.timeline strong');
    await stages.getByText('initrd').waitFor();
    expect(await page.locator('.events').innerText()).toContain('images/debian-12/initrd.gz');
    expect(await page.locator('.finding').count()).toBe(0);
    expect([complaints, foreign]).toEqual([[], []]);
  },
  900_000,
);
