import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { startMachine } from '../../src/lab/machine.ts';
import { startPxectlBootServer, type LabBootServer } from '../../src/lab/pxectl-boot-server.ts';
import { createVirtualLan, type VirtualLan } from '../../src/lab/virtual-lan.ts';
import { parseMac } from '../../src/protocol/addresses.ts';
import { useBrowser } from '../support/browser.ts';
import { configText, prepareState } from '../support/engine/prepare-state.ts';
import { itNeeds } from '../support/external-tool.ts';
import { watchPage } from '../support/page-check.ts';

const MAC = parseMac('52:54:00:0d:00:07')!;
const YAML = configText('pxe-only', `machines: [{ mac: "${MAC}", name: node-7, image: debian-12 }]`).replace(
  'timeoutSeconds: 5',
  'timeoutSeconds: 1, arguments: [no_timer_check]',
);

const folder = mkdtempSync(join(tmpdir(), 'pxectl-seen-'));
let lan: VirtualLan;
let server: LabBootServer;
beforeAll(async () => {
  const { configPath, layout } = await prepareState(folder, YAML);
  lan = await createVirtualLan({});
  server = await startPxectlBootServer(lan, { configPath, layout, engine: 'builtin' });
});
const browser = useBrowser(() => lan.namespaceOf('lan'));
afterAll(async () => {
  await server.stop();
  await lan.destroy();
  rmSync(folder, { recursive: true, force: true });
});

itNeeds('root', 'qemu-system-x86_64', 'chromium')(
  'a real firmware is seen as it boots: its row, then its timeline, and nothing is called wrong',
  async () => {
    const page = await browser.newPage();
    const { complaints, foreign } = watchPage(page);
    await page.goto('http://127.0.0.1:8080/ui/');
    const row = page.locator('.machine', { hasText: 'node-7' });
    await row.getByText('no boot seen').waitFor();
    const machine = await startMachine(lan, { firmware: 'bios', mac: MAC, folder: join(lan.folder, 'a') });
    await row.getByText('booting').waitFor({ timeout: 120_000 });
    await row.getByRole('link', { name: 'node-7' }).click();
    const stages = page.locator('.timeline strong');
    await stages.getByText('initrd').waitFor({ timeout: 120_000 });
    // the ROM is iPXE: it needs no loader
    expect(await stages.allInnerTexts()).toEqual(['discover', 'offer', 'boot-config', 'kernel', 'initrd']);
    expect(await page.locator('.events').innerText()).toContain('images/debian-12/linux');
    expect(await page.locator('.finding').count()).toBe(0);
    expect([complaints, foreign]).toEqual([[], []]);
    await machine.stop();
  },
  180_000,
);
