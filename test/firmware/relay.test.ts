import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { LabFirmware } from '../../src/lab/lab-firmware.ts';
import { startMachine, type VirtualMachine } from '../../src/lab/machine.ts';
import { startPxectlBootServer } from '../../src/lab/pxectl-boot-server.ts';
import { LAN } from '../../src/lab/virtual-lan.ts';
import { stateLayout } from '../../src/model/state-layout.ts';
import { run } from '../../src/platform/processes.ts';
import { parseMac } from '../../src/protocol/addresses.ts';
import { readEvents } from '../../src/watch/read-events.ts';
import { itNeeds } from '../support/external-tool.ts';
import { createRelayedLan, REMOTE } from '../support/relayed-lan.ts';

const MACHINES: readonly { readonly firmware: LabFirmware; readonly mac: string }[] = [
  { firmware: 'bios', mac: '52:54:00:00:02:01' },
  { firmware: 'uefi', mac: '52:54:00:00:02:02' },
];
const program = join(import.meta.dirname, '..', '..', 'bin', 'pxectl.js');
const project = mkdtempSync(join(tmpdir(), 'pxectl-relay-'));
const configPath = join(project, 'pxectl.yaml');
const itBoots = itNeeds('root', 'qemu-system-x86_64', 'dnsmasq', 'nginx', 'ip', 'dhcrelay');

const pxectl = async (...args: string[]): Promise<void> => {
  const { exitCode, stderr } = await run(process.execPath, [program, ...args], { cwd: project });
  expect(exitCode, stderr).toBe(0);
};

beforeAll(async () => {
  await pxectl('fetch', 'debian-12');
  // the installer reports as soon as it has its seed: installing more would show no more
  const seed = 'd-i preseed/early_command string wget -q -O /dev/null --post-data= @PXECTL_REPORT@/done\n';
  writeFileSync(join(project, 'seed.cfg'), seed);
  const machines = MACHINES.map(
    ({ firmware, mac }) =>
      `  - { mac: "${mac}", name: ${firmware}, relayed: true, install: { seed: seed.cfg } }\n`,
  );
  writeFileSync(
    configPath,
    `version: 1
network: { interface: ${LAN.serverInterface}, address: ${LAN.serverAddress}, relayed: [${REMOTE.network}] }
images: [debian-12]
boot: { default: debian-12, menu: false, serialBaud: 115200, arguments: [no_timer_check] }
machines:
${machines.join('')}`,
  );
  await pxectl('machines', 'arm', '--yes', ...MACHINES.map(({ firmware }) => firmware));
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

describe('machines behind ISC dhcrelay', () => {
  itBoots(
    'boot with BIOS and with UEFI to an installer that gets its seed and reports',
    async () => {
      const layout = stateLayout(join(project, '.pxectl'));
      const { lan, remote } = await createRelayedLan(join(project, 'lan'));
      const machines: VirtualMachine[] = [];
      try {
        const server = await startPxectlBootServer(lan, { configPath, layout, engine: 'dnsmasq' });
        for (const { firmware, mac } of MACHINES) {
          const folder = join(project, firmware);
          machines.push(await startMachine(remote, { firmware, mac: parseMac(mac)!, folder }));
        }
        const heard = async (type: string): Promise<Map<string | undefined, string | undefined>> =>
          new Map(
            (await readEvents(layout.events))
              .filter((event) => event.type === type)
              .map(({ mac, ip }) => [mac, ip] as const),
          );
        const deadline = Date.now() + 600_000;
        while ((await heard('install.done')).size < MACHINES.length && Date.now() < deadline) {
          await new Promise((wake) => setTimeout(wake, 500));
        }
        const said = machines.map((machine) => machine.serialLines().slice(-5).join('\n'));
        const [asked, done] = [await heard('seed.requested'), await heard('install.done')];
        await server.stop();
        const wanted = MACHINES.map(({ mac }) => [mac, expect.stringMatching(/^10\.2\.0\./) as string]);
        expect([...asked].sort(), said.join('\n---\n')).toEqual(wanted);
        expect([...done].sort()).toEqual(wanted);
      } finally {
        for (const machine of machines) await machine.stop();
        await lan.destroy();
      }
    },
    800_000,
  );
});
