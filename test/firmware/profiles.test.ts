import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect } from 'vitest';
import { startMachine } from '../../src/lab/machine.ts';
import { startPxectlBootServer } from '../../src/lab/pxectl-boot-server.ts';
import { createVirtualLan } from '../../src/lab/virtual-lan.ts';
import { parseMac } from '../../src/protocol/addresses.ts';
import { readEvents } from '../../src/watch/read-events.ts';
import { configText, prepareState } from '../support/engine/prepare-state.ts';
import { itNeeds } from '../support/external-tool.ts';

const folder = mkdtempSync(join(tmpdir(), 'pxectl-profiles-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SERIAL = 'PC 12/A';
const YAML = `loaders: { bios: ipxe }
profiles:
  locked: { secureBoot: true, image: local, match: { mac: "52:54:00:0c", architecture: x64 } }
machines:
  - { serial: "${SERIAL}", name: by-serial, image: local }
`;
/** What a loader fetches only when it went on by itself: GRUB by its boot file, iPXE by the serial number that it read. */
const WANTED = ['profiles/locked/grub.cfg', '/machines/serial-50432031322f41.ipxe'];

describe('loaders go on with what no packet of theirs tells', () => {
  itNeeds(
    'root',
    'qemu-system-x86_64',
    'dnsmasq',
    'ip',
  )(
    'GRUB under Secure Boot with the profile that took it, iPXE as the machine with this serial number',
    async () => {
      const { configPath, layout } = await prepareState(folder, configText('pxe-only', YAML));
      const lan = await createVirtualLan({});
      try {
        const server = await startPxectlBootServer(lan, { configPath, layout, engine: 'dnsmasq' });
        const machines = [
          await startMachine(lan, {
            ...{
              firmware: 'uefi-secure',
              mac: parseMac('52:54:00:0c:00:01')!,
              folder: join(lan.folder, 'a'),
            },
          }),
          await startMachine(lan, {
            ...{ firmware: 'bios', mac: parseMac('52:54:00:0d:00:02')!, folder: join(lan.folder, 'b') },
            serialNumber: SERIAL,
          }),
        ];
        const fetched = async (): Promise<string[]> =>
          (await readEvents(layout.events))
            .filter(({ type }) => type === 'tftp.done' || type === 'http.done' || type === 'http.get')
            .map(({ detail }) => String(detail['path']).replace(/\?.*/, ''));
        const deadline = Date.now() + 300_000;
        let paths: string[] = [];
        while (!WANTED.every((path) => paths.includes(path)) && Date.now() < deadline) {
          await new Promise((wake) => setTimeout(wake, 500));
          paths = await fetched();
        }
        const said = machines.map((machine) => machine.serialLines().slice(-30).join('\n')).join('\n---\n');
        for (const machine of machines) await machine.stop();
        await server.stop();
        expect(paths, said).toEqual(expect.arrayContaining(WANTED));
        expect(paths.filter((path) => path.endsWith('shimx64.efi'))).toContain('profiles/locked/shimx64.efi');
      } finally {
        await lan.destroy();
      }
    },
  );
});
