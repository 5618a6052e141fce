import { rmSync } from 'node:fs';
import { appendFile, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { startLabDocker, type LabDocker } from '../../../src/lab/lab-docker.ts';
import { createVirtualLan, type VirtualLan } from '../../../src/lab/virtual-lan.ts';
import type { BootEvent } from '../../../src/model/boot-event.ts';
import type { InstallState } from '../../../src/model/machine-state.ts';
import { runOrThrow, type ProcessResult } from '../../../src/platform/processes.ts';
import { macWithHyphens, parseMac, type MacAddress } from '../../../src/protocol/addresses.ts';
import { MESSAGE_TYPE } from '../../../src/protocol/dhcp/dhcp-packet.ts';
import { encodeDhcp } from '../../../src/protocol/dhcp/encode-dhcp.ts';
import { clientPacket } from '../../../src/protocol/pxe/client-packet.ts';
import { programArguments } from '../../support/dhcp/test-network.ts';
import { configText, prepareState, TEST_IMAGE } from '../../support/engine/prepare-state.ts';
import { itNeeds } from '../../support/external-tool.ts';
import { pxectl } from '../../support/pxectl-process.ts';

let lan: VirtualLan;
let folder: string;
let mac: MacAddress;
let docker: LabDocker | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pxectl-armed-'));
  lan = await createVirtualLan({ folder: join(folder, 'lan') });
  await lan.addHost('node', '192.168.1.62');
  const { stdout } = await lan.execIn('node', 'cat', ['/sys/class/net/eth0/address']);
  mac = parseMac(stdout.trim())!;
  token = '';
  await prepareState(folder, config());
  await writeFile(join(folder, 'seed.cfg'), 'd-i preseed/late_command string wget @PXECTL_REPORT@/done\n');
});
afterEach(async () => {
  await cli('down');
  await docker?.stop();
  docker = undefined;
  await lan.destroy();
  rmSync(folder, { recursive: true, force: true });
});

const config = (machine = `{ mac: "${mac}", name: node-1, install: { seed: seed.cfg } }`): string =>
  configText('proxy', `machines: [${machine}]`);
const cli = (...args: string[]): Promise<ProcessResult> => {
  const network = { namespace: lan.namespaceOf('lan'), destroy: async () => undefined };
  const env = docker?.environment ?? {};
  return pxectl(args, { cwd: folder, network, env, timeoutMs: 180_000 });
};
const curlFrom = async (host: string, path: string, ...more: string[]): Promise<string> => {
  const url = `http://192.168.1.50:8080${path}`;
  const { stdout } = await lan.execIn(host, 'curl', ['-s', '-w', ' %{http_code}', ...more, url]);
  return stdout;
};
const curl = (path: string, ...more: string[]): Promise<string> => curlFrom('node', path, ...more);
/** What the machine's boot file showed for its order when it booted; a boot goes on with it when the file has changed. */
let token = '';
/** Its loader reads its boot file. */
const readBootFile = async (host = 'node'): Promise<void> => {
  const script = await curlFrom(host, `/machines/${macWithHyphens(mac)}.ipxe`);
  token = /\/token-[0-9a-f]{32}/.exec(script)?.[0] ?? token;
};
const askAgain = (host = 'node'): Promise<string> =>
  curlFrom(host, `/seed/${macWithHyphens(mac)}${token}/preseed.cfg`);
const askForSeed = async (host = 'node'): Promise<string> => {
  await readBootFile(host);
  return askAgain(host);
};
const reportPath = (word: string): string => `/report/${macWithHyphens(mac)}${token}/${word}`;
/** Whether any loader would start the unattended install. */
const isInstalling = async (): Promise<boolean> => {
  const name = macWithHyphens(mac);
  // asked by somebody else: this is no boot of the machine
  const ipxe = await curlFrom('client', `/machines/${name}.ipxe`);
  const served = join(folder, '.pxectl/serve/tftp');
  const pxelinux = await readFile(join(served, `pxelinux.cfg/01-${name}`), 'utf8');
  const grub = await readFile(join(served, `grub/grub.cfg-01-${name}`), 'utf8');
  const has = [ipxe, pxelinux, grub].map((text) => text.includes('/seed/'));
  expect(new Set(has).size).toBe(1);
  return has[0] ?? false;
};
const state = async (): Promise<InstallState['kind'] | undefined> => {
  const { machines } = JSON.parse((await cli('machines', '--json')).stdout) as {
    machines: { installState?: InstallState }[];
  };
  return machines[0]?.installState?.kind;
};
/** What the firmware of a machine says when it is switched on, and anybody in its name. */
const discover = async (uuid?: string): Promise<void> => {
  const facts = { mac, architectures: [7], ...(uuid === undefined ? {} : { uuid }) };
  const packet = clientPacket(facts, { messageType: MESSAGE_TYPE.discover, xid: 7 });
  const hex = Buffer.from(encodeDhcp(packet)).toString('hex');
  const packets = [{ hex, to: '255.255.255.255', port: 67 }];
  const args = programArguments('raw-client.ts', { interfaceName: 'eth0', port: 68, packets, listenMs: 700 });
  await lan.execIn('node', process.execPath, args, { cwd: process.cwd() });
};
/** The machine is switched on: its firmware looks for a boot server, and its loader fetches the script. */
const bootFromNetwork = async (uuid?: string): Promise<void> => {
  await discover(uuid);
  await curl('/boot.ipxe');
};
const up = async (engine: string, machine?: string): Promise<void> => {
  await writeFile(join(folder, 'pxectl.yaml'), config(machine));
  const { exitCode, stderr } = await cli('up', '--detach', '--no-look', '--engine', engine);
  expect(exitCode, stderr).toBe(0);
};

/** A bridge for containers, say: behind it a guest that calls itself as the machine does. */
const connectAnotherInterface = async (host: string): Promise<void> => {
  const [server, guest] = [lan.namespaceOf('lan'), lan.namespaceOf(host)];
  const ip = (...args: string[]): Promise<unknown> => runOrThrow('ip', args);
  await ip('-n', server, 'link', 'add', 'guests', 'type', 'veth', 'peer', 'name', 'eth1', 'netns', guest);
  await ip('-n', server, 'address', 'add', '10.9.9.1/24', 'dev', 'guests');
  await ip('-n', server, 'link', 'set', 'guests', 'up');
  await ip('-n', guest, 'link', 'set', 'eth1', 'address', mac, 'up');
  await ip('-n', guest, 'address', 'add', '10.9.9.2/24', 'dev', 'eth1');
  await ip('-n', guest, 'route', 'add', '192.168.1.50/32', 'via', '10.9.9.1');
};

describe('an order to install', () => {
  itNeeds('root', 'ip', 'curl', 'dnsmasq', 'nginx', 'dockerd').each(['builtin', 'dnsmasq', 'docker'])(
    '(%s) is given by somebody, used up by the boot that fetches the seed, and not by the next one',
    async (engine) => {
      if (engine === 'docker') docker = await startLabDocker(lan, folder);
      await up(engine);
      expect(await isInstalling()).toBe(false);
      expect(await askForSeed()).toMatch(/nobody has armed the install of node-1.* 403$/s);

      expect((await cli('machines', 'arm', '--yes', 'node-1')).exitCode).toBe(0);
      expect(await isInstalling()).toBe(true);
      expect(await askForSeed()).toMatch(/late_command.* 200$/s);
      // an installer asks more than once within its boot
      expect(await askForSeed()).toMatch(/ 200$/);
      expect(await state()).toBe('installing');
      await expect.poll(isInstalling, { timeout: 20_000 }).toBe(false);

      // no machine is back in its firmware sooner
      await sleep(3_200);
      // one packet in its name ends nothing
      await discover();
      await sleep(500);
      expect(await state()).toBe('installing');
      await expect
        .poll(
          async () => {
            await bootFromNetwork();
            await readBootFile();
            return state();
          },
          { timeout: 30_000, interval: 500 },
        )
        .toBe('unreported');
      expect(await isInstalling()).toBe(false);
      expect(await askForSeed()).toMatch(/has used the order to install node-1, and never reported.* 403$/s);
      const listed = await cli('machines');
      expect(listed.stdout).toMatch(/node-1 .*unreported .*install-never/);
      expect(listed.stderr).toContain('installed or not? it never reported');
      const doctor = await cli('doctor', '--json');
      expect(doctor.stdout).toContain('"install-never-reported"');
      expect(doctor.stdout).toContain('d-i preseed/late_command string wget');
      // whoever serves is told too, a look later
      await expect
        .poll(() => readFile(join(folder, '.pxectl/run/pxectl.log'), 'utf8'))
        .toContain(
          'node-1: installed or not? it never reported (pxectl doctor explains install-never-reported)',
        );
    },
    180_000,
  );

  itNeeds('root', 'ip', 'curl', 'dnsmasq', 'nginx').each(['builtin', 'dnsmasq'])(
    '(%s) of a machine that the file knows by its UUID alone goes by that, by its token, and by the cards seen of it',
    async (engine) => {
      const uuid = '4c4c4544-0044-4a10-8056-b4c04f4c3332';
      await lan.addHost('other', '192.168.1.61');
      await up(engine, `{ uuid: ${uuid}, name: node-1, install: { seed: seed.cfg } }`);
      await cli('machines', 'arm', '--yes', 'node-1');
      await bootFromNetwork(uuid);
      const script = await curl(`/machines/${uuid}.ipxe`);
      const [file = ''] = /\/seed\/[^ "]+/.exec(script) ?? [];
      expect(file).toContain(`/seed/${uuid}/token-`);
      // a card that was seen of nobody, without the token
      expect(await curlFrom('other', `/seed/${uuid}/preseed.cfg`)).toMatch(
        /without the token of its order\s+403$/,
      );
      const given = await curl(file);
      expect(given).toMatch(/ 200$/);
      expect(await state()).toBe('installing');
      const report = /http:\/\/[^ ]+(\/report\/[^ ]+)\/done/.exec(given)?.[1] ?? '';
      expect(await curl(`${report}/progress`, '--data-binary', 'packages')).toMatch(/ 200$/);
      expect(await curlFrom('other', `/report/${uuid}/done`, '-X', 'POST')).toMatch(/ 403$/);
      expect(await state()).toBe('installing');

      // the next boot, seen by its card alone
      await sleep(3_200);
      await expect
        .poll(
          async () => {
            await bootFromNetwork();
            await curl(`/machines/${uuid}.ipxe`);
            return state();
          },
          { timeout: 30_000, interval: 500 },
        )
        .toBe('unreported');
      expect(await curlFrom('other', `/report/${uuid}/done`, '-X', 'POST')).toMatch(/ 403$/);
      await cli('machines', 'arm', '--yes', 'node-1');
      const again = /\/seed\/[^ "]+/.exec(await curl(`/machines/${uuid}.ipxe`))?.[0] ?? '';
      const text = await curl(again);
      const path = /(\/report\/[^ ]+)\/done/.exec(text)?.[1] ?? '';
      expect(await curl(`${path}/done`, '-X', 'POST')).toMatch(/ 200$/);
      expect(await state()).toBe('installed');
      await expect
        .poll(async () => (await cli('machines', 'show', 'node-1')).stdout, { timeout: 20_000 })
        .toContain(mac);
      expect((await cli('status')).stdout).toContain('node-1');
    },
    180_000,
  );

  itNeeds(
    'root',
    'ip',
    'curl',
  )('ends with an installer that says it failed, and every step is told', async () => {
    await up('builtin');
    await cli('machines', 'arm', '--yes', 'node-1');
    await bootFromNetwork();
    expect(await askForSeed()).toMatch(/ 200$/);
    const path = reportPath('failed');
    expect(await curl(path, '--data-binary', '{"stage": "no disk\\u001b[2J"}')).toMatch(/ 200$/);
    expect(await state()).toBe('failed');
    expect(await askForSeed()).toMatch(/the install of node-1 failed at .*no disk.* 403$/s);
    expect(await isInstalling()).toBe(false);

    const listed = await cli('machines');
    expect(listed.stdout).toMatch(/node-1 .*failed .*install-failed/);
    expect(listed.stderr).toMatch(/node-1: its install failed: no disk(?!.*\u001b\[2J)/);
    expect((await cli('doctor', '--json')).stdout).toContain('"install-failed"');
    const events = (await cli('logs', '--json')).stdout.trim().split('\n');
    const told = events
      .map((line) => JSON.parse(line) as BootEvent)
      .filter((one) => one.type === 'machine.state');
    expect(told.map(({ detail }) => `${detail['from']} → ${detail['to']}`)).toEqual([
      'idle → armed',
      'armed → booting',
      'booting → installing',
      'installing → failed',
    ]);
  });

  itNeeds('root', 'ip', 'curl')(
    'that is given while the machine installs is for the boot after, and says so',
    async () => {
      await up('builtin');
      await cli('machines', 'arm', '--yes', 'node-1');
      expect(await askForSeed()).toMatch(/ 200$/);

      const again = await cli('machines', 'arm', '--yes', 'node-1');
      expect(again.exitCode, again.stderr).toBe(0);
      expect(again.stderr).toMatch(/node-1 is installing now, since .*this order is for the one after it/);
      expect((await cli('machines')).stdout).toMatch(/node-1 .*installing, ARMED/);
      expect((await cli('machines', 'show', 'node-1')).stdout).toMatch(
        /installing, ARMED \(the boot after it is armed by .*\), since /,
      );
      expect(await isInstalling()).toBe(true);
      // the boot that runs asks again, and reports twice, whatever anybody sends in its name
      await sleep(3_200);
      await discover();
      expect(await askAgain()).toMatch(/ 200$/);
      for (let count = 0; count < 2; count++) {
        expect(await curl(reportPath('done'), '-X', 'POST')).toMatch(/ 200$/);
      }
      expect(await state()).toBe('armed');
      expect(await isInstalling()).toBe(true);

      await bootFromNetwork();
      expect(await askForSeed()).toMatch(/ 200$/);
      expect(await state()).toBe('installing');
      await expect.poll(isInstalling, { timeout: 20_000 }).toBe(false);
      expect(await curl(reportPath('done'), '-X', 'POST')).toMatch(/ 200$/);
      expect(await state()).toBe('installed');
    },
    120_000,
  );

  itNeeds('root', 'ip', 'curl', 'dnsmasq', 'nginx').each(['builtin', 'dnsmasq'])(
    '(%s) gives the seed to no other card, and doctor says who asked instead of "never asked"',
    async (engine) => {
      await lan.addHost('other', '192.168.1.61');
      const { stdout: otherMac } = await lan.execIn('other', 'cat', ['/sys/class/net/eth0/address']);
      await up(engine);
      await cli('machines', 'arm', '--yes', 'node-1');
      await bootFromNetwork();
      const title = `${otherMac.trim()} at 192.168.1.61 asked for the seed of node-1, and was refused`;
      const findings = async (): Promise<string> => (await cli('doctor', '--json')).stdout;
      // the boot may be told a moment later than the request
      await expect
        .poll(
          async () => {
            expect(await askForSeed('other')).toContain(`the request came from ${otherMac.trim()} at`);
            return findings();
          },
          { timeout: 60_000, interval: 500 },
        )
        .toContain(title);
      expect(await state()).toBe('armed');

      await connectAnotherInterface('other');
      expect(await askForSeed('other')).toContain('the request came from an unknown card at 10.9.9.2');
      expect(await state()).toBe('armed');
      expect((await cli('logs')).stdout).toContain('its seed was refused: this seed is for');

      expect(await askForSeed()).toMatch(/late_command.* 200$/s);
    },
    180_000,
  );

  itNeeds('root', 'ip', 'curl')(
    'and its report and its disarm hold, whatever is wrong with the configuration',
    async () => {
      await up('builtin');
      await cli('machines', 'arm', '--yes', 'node-1');
      expect(await askForSeed()).toMatch(/ 200$/);
      // half edited, with another port, and an image that was never fetched
      const broken = config()
        .replace('port: 8080', 'port: 8090')
        .replace(`[${TEST_IMAGE}]`, '[debian-12, debian-13]');
      await writeFile(join(folder, 'pxectl.yaml'), `${broken}\n  - half a line [`);
      expect(await curl(reportPath('done'), '-X', 'POST')).toMatch(/ 200$/);
      await expect.poll(isInstalling, { timeout: 20_000 }).toBe(false);
      await writeFile(join(folder, 'pxectl.yaml'), config());
      expect(await state()).toBe('installed');

      await cli('machines', 'arm', '--yes', 'node-1');
      await appendFile(join(folder, '.pxectl/machines.json'), 'rubbish');
      expect(await askForSeed()).toMatch(/ 403$/);
      const { exitCode, stderr } = await cli('machines', 'disarm', 'node-1');
      expect(exitCode, stderr).toBe(0);
      expect(await isInstalling()).toBe(false);
    },
    120_000,
  );
});
