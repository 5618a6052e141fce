import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect } from 'vitest';
import { startMachine } from '../../src/lab/machine.ts';
import { startPxectlBootServer } from '../../src/lab/pxectl-boot-server.ts';
import { createVirtualLan } from '../../src/lab/virtual-lan.ts';
import type { BootEvent } from '../../src/model/boot-event.ts';
import { parseMac } from '../../src/protocol/addresses.ts';
import { readEvents } from '../../src/watch/read-events.ts';
import { configText, prepareState } from '../support/engine/prepare-state.ts';
import { itNeeds } from '../support/external-tool.ts';

const folder = mkdtempSync(join(tmpdir(), 'pxectl-held-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** BIOS waits in pxelinux, Secure Boot in GRUB. */
const YAML = configText('pxe-only', 'loaders: { bios: pxelinux, uefi: grub }\nmachines: []').replace(
  'timeoutSeconds: 5',
  'timeoutSeconds: 1, unknown: hold, serialBaud: 115200, arguments: [no_timer_check]',
);
const BIOS = parseMac('52:54:00:0d:00:01')!;
const SECURE = parseMac('52:54:00:0d:00:02')!;

describe('boot.unknown: hold', () => {
  itNeeds(
    'root',
    'qemu-system-x86_64',
    'dnsmasq',
    'ip',
  )('a machine waits, asks again, and boots as soon as it is adopted', async () => {
    const { configPath, layout } = await prepareState(folder, YAML);
    const lan = await createVirtualLan({});
    try {
      const server = await startPxectlBootServer(lan, { configPath, layout, engine: 'dnsmasq' });
      const machines = [
        await startMachine(lan, { firmware: 'bios', mac: BIOS, folder: join(lan.folder, 'a') }),
        await startMachine(lan, { firmware: 'uefi-secure', mac: SECURE, folder: join(lan.folder, 'b') }),
      ];
      const said = (): string =>
        machines.map((machine) => machine.serialLines().slice(-40).join('\n')).join('\n---\n');
      const untilBoth = async (isIt: (event: BootEvent) => boolean): Promise<void> => {
        const seen = async (): Promise<unknown[]> =>
          (await readEvents(layout.events)).filter(isIt).map(({ mac }) => mac);
        await expect
          .poll(seen, { timeout: 200_000, interval: 500, message: said() })
          .toEqual(expect.arrayContaining([BIOS, SECURE]));
      };
      await untilBoth(({ detail }) => detail['boots'] === 'hold');
      for (const machine of machines) {
        await expect
          .poll(() => machine.serialLines().join('\n'), { timeout: 60_000 })
          .toContain('pxectl machines adopt');
      }
      const program = join(import.meta.dirname, '..', '..', 'bin', 'pxectl.js');
      const words = ['machines', 'adopt', '--all', '--yes', '--name', 'pc-##', '--config', configPath];
      const adopted = await lan.execIn('lan', process.execPath, [program, ...words]);
      expect(adopted.exitCode, adopted.stderr).toBe(0);
      expect(await readFile(configPath, 'utf8')).toMatch(/name: pc-01[^]*name: pc-02/);
      await untilBoth(({ detail }) => String(detail['path']).endsWith('images/debian-12/linux'));
      const events = await readEvents(layout.events);
      for (const machine of machines) await machine.stop();
      await server.stop();
      // told once, however often they asked
      expect(events.filter(({ detail }) => detail['boots'] === 'hold')).toHaveLength(2);
      expect(events.filter(({ type }) => type === 'engine.error')).toEqual([]);
    } finally {
      await lan.destroy();
    }
  });
});
