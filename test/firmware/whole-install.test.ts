import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { startLabDocker } from '../../src/lab/lab-docker.ts';
import type { LabFirmware } from '../../src/lab/lab-firmware.ts';
import { startMachine } from '../../src/lab/machine.ts';
import { startPxectlBootServer } from '../../src/lab/pxectl-boot-server.ts';
import { createVirtualLan, LAN, type VirtualLan } from '../../src/lab/virtual-lan.ts';
import { openMachineStates } from '../../src/machines/machine-states.ts';
import type { BootEvent } from '../../src/model/boot-event.ts';
import type { EngineName } from '../../src/model/config.ts';
import { parseMac } from '../../src/protocol/addresses.ts';
import { readEvents } from '../../src/watch/read-events.ts';
import { DISK_TOOLS } from '../support/debian-disk.ts';
import { DISK_SAYS, makeDiskThatSpeaks } from '../support/disk-that-speaks.ts';
import { itNeeds } from '../support/external-tool.ts';
import { useInstallProject } from '../support/install-project.ts';
import { labMachine } from '../support/power/lab-machine.ts';
import { startRedfishController, type RedfishController } from '../support/power/redfish-controller.ts';

const { path: project, layout, startPxectl, startMirror } = useInstallProject();
const configPath = join(project, 'pxectl.yaml');
const itInstalls = itNeeds('root', 'qemu-system-x86_64', 'dnsmasq', 'ip', 'curl', 'dockerd', ...DISK_TOOLS);

const NODE = parseMac('52:54:00:00:1d:01')!;
const BYSTANDER = parseMac('52:54:00:00:1d:02')!;
const config = (loader: string, { host, fingerprint }: RedfishController): string => `version: 1
network: { interface: ${LAN.serverInterface}, address: ${LAN.serverAddress} }
images: [debian-12]
boot: { default: debian-12, menu: false, timeoutSeconds: 1, serialBaud: 115200, arguments: [no_timer_check] }
loaders: { bios: ${loader}, uefi: ipxe }
machines:
  - mac: "${NODE}"
    name: node-1
    install: { seed: seed.cfg }
    power: { type: redfish, host: "${host}", user: admin, secret: bmc, boot: bios, fingerprint: ${fingerprint} }
  - { mac: "${BYSTANDER}", name: node-2, install: { seed: seed.cfg } }
`;

const hashOf = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

async function until(
  what: string,
  isIt: () => boolean | Promise<boolean>,
  said: () => string,
): Promise<void> {
  const deadline = Date.now() + 600_000;
  while (!(await isIt())) {
    if (Date.now() > deadline) throw new Error(`${what}: waited in vain\n${said()}`);
    await new Promise((wake) => setTimeout(wake, 500));
  }
}

/** A machine with the same seed that nobody armed, beside one that installs: it starts its disk, and that stays as it is. */
async function bootUnarmed(lan: VirtualLan): Promise<void> {
  const disk = makeDiskThatSpeaks(join(lan.folder, 'other-disk'));
  const before = hashOf(disk);
  const options = { firmware: 'bios', mac: BYSTANDER, folder: join(lan.folder, 'other'), disk } as const;
  const machine = await startMachine(lan, options);
  const said = (): string => machine.serialLines().join('\n');
  await until('the disk of the other machine', () => said().includes(DISK_SAYS.bios), said);
  await machine.stop();
  expect(hashOf(disk)).toBe(before);
}

beforeAll(() => {
  mkdirSync(join(project, 'secrets'), { mode: 0o700 });
  writeFileSync(join(project, 'secrets', 'bmc'), 'right\n', { mode: 0o600 });
});

describe('a machine is switched on and installed without a hand, reports, and starts its disk', () => {
  itInstalls.each<[LabFirmware, string, EngineName]>([
    ['bios', 'pxelinux', 'builtin'],
    ['bios', 'ipxe', 'docker'],
  ])('%s through %s, %s', async (firmware, loader, engine) => {
    rmSync(layout.events, { force: true });
    const lan = await createVirtualLan({});
    const cleanups: (() => Promise<void>)[] = [() => lan.destroy()];
    try {
      const disk = join(project, `${engine}.img`);
      writeFileSync(disk, '');
      truncateSync(disk, 2 ** 30);
      const machine = await labMachine(lan, { firmware, mac: NODE, folder: join(lan.folder, 'node'), disk });
      cleanups.push(() => machine.stop());
      const controller = await startRedfishController(lan.folder, { machine });
      cleanups.push(() => controller.close());
      writeFileSync(configPath, config(loader, controller));
      await startMirror(lan);
      const docker = engine === 'docker' ? await startLabDocker(lan, project) : undefined;
      if (docker !== undefined) cleanups.push(() => docker.stop());
      const env = docker?.environment ?? {};
      const server = await startPxectlBootServer(lan, { configPath, layout, engine, env });
      cleanups.push(() => server.stop());

      const installing = startPxectl('install', 'node-1', '--wait', '--yes');
      const told: string[] = [];
      installing.onLine((line) => told.push(line));
      cleanups.push(async () => {
        installing.kill('SIGKILL');
        await installing.ended;
      });
      const said = (): string => [...machine.serialLines().slice(-40), ...told].join('\n');
      const events = async (): Promise<BootEvent[]> =>
        (await readEvents(layout.events)).filter(({ mac }) => mac === NODE);
      const has = (type: string) => async () => (await events()).some((event) => event.type === type);
      if (engine === 'builtin') {
        await until('the seed', has('seed.requested'), said);
        await bootUnarmed(lan);
      }
      await until('the report', has('install.done'), said);
      expect((await installing.ended).exitCode, told.join('\n')).toBe(0);
      expect(told.join('\n')).toMatch(/switched on to boot from the network[^]*1 of 1 installed/);
      const isAtLogin = (): boolean => machine.serialLines().some((line) => line.includes('node-1 login:'));
      await until('the login prompt', isAtLogin, said);
      // it came there by way of the network: asked twice, given a seed once
      const types = (await events()).map(({ type }) => type);
      const afterwards = types.slice(types.indexOf('install.done'));
      expect(afterwards.some((type) => type.startsWith('dhcp.'))).toBe(true);
      expect(types.filter((type) => type === 'seed.requested')).toHaveLength(1);
      const seeded = (await readEvents(layout.events)).filter(({ type }) => type === 'seed.requested');
      expect(seeded.map(({ mac }) => mac)).toEqual([NODE]);
      expect((await openMachineStates(layout).known()).installs.get(NODE)).toMatchObject({
        kind: 'installed',
      });
    } finally {
      for (const cleanUp of cleanups.reverse()) await cleanUp();
    }
  });
});
