import { rmSync } from 'node:fs';
import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';
import { startLabDocker, type LabDocker } from '../../../src/lab/lab-docker.ts';
import { openMachineStates } from '../../../src/machines/machine-states.ts';
import type { InstallState } from '../../../src/model/machine-state.ts';
import type { ProcessResult } from '../../../src/platform/processes.ts';
import { macWithHyphens, parseMac, type MacAddress } from '../../../src/protocol/addresses.ts';
import { decodeDhcp } from '../../../src/protocol/dhcp/decode-dhcp.ts';
import type { DhcpPacket } from '../../../src/protocol/dhcp/dhcp-packet.ts';
import { encodeDhcp } from '../../../src/protocol/dhcp/encode-dhcp.ts';
import { buildTraces } from '../../../src/watch/trace-builder.ts';
import { readEvents } from '../../../src/watch/read-events.ts';
import { clientPacket, ip } from '../../support/dhcp/client-packets.ts';
import type { RawAnswer } from '../../support/dhcp/raw-client.ts';
import { programArguments } from '../../support/dhcp/test-network.ts';
import { configText, prepareState } from '../../support/engine/prepare-state.ts';
import { hasTool, itNeeds } from '../../support/external-tool.ts';
import { pxectl } from '../../support/pxectl-process.ts';
import { createRelayedLan, REMOTE, type RelayedLan } from '../../support/relayed-lan.ts';

const SERVER = '192.168.1.50';
const TOOLS = ['ip', 'curl', 'busybox', 'dnsmasq', 'nginx', 'dhcrelay', 'dockerd'];
const ENGINES = ['builtin', 'dnsmasq', 'docker'];

let net: RelayedLan;
let folder: string;
let node: RemoteMachine;
let neighbour: RemoteMachine;
let dockerd: LabDocker | undefined;
let environment: Readonly<Record<string, string>> = {};

interface RemoteMachine {
  readonly host: string;
  readonly mac: MacAddress;
  /** what the DHCP server leased it */
  readonly address: string;
}

beforeAll(async () => {
  if (process.getuid?.() !== 0 || !TOOLS.every(hasTool)) return;
  net = await createRelayedLan(await mkdtemp(join(tmpdir(), 'pxectl-relay-lan-')));
  [node, neighbour] = await Promise.all([addMachine('node'), addMachine('neighbour')]);
}, 60_000);
afterAll(async () => {
  await net?.lan.destroy();
  if (net !== undefined) rmSync(net.lan.folder, { recursive: true, force: true });
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pxectl-relay-'));
  const machines = [node, neighbour].map(
    ({ host, mac }) => `{ mac: "${mac}", name: ${host}, relayed: true, install: { seed: seed.cfg } }`,
  );
  const extra = `machines: [${machines.join(', ')}]\nengineOptions: { docker: { buildFromHost: true } }`;
  await prepareState(folder, configText('proxy', extra, `, relayed: [${REMOTE.network}]`));
  await writeFile(join(folder, 'seed.cfg'), 'd-i preseed/late_command string wget @PXECTL_REPORT@/done\n');
});
afterEach(async () => {
  await cli('down');
  await dockerd?.stop();
  [dockerd, environment] = [undefined, {}];
  rmSync(folder, { recursive: true, force: true });
});

/** A host behind the relay, with a lease of the DHCP server on the other side. */
async function addMachine(host: string): Promise<RemoteMachine> {
  await net.addRemoteHost(host);
  const { stdout } = await net.lan.execIn(host, 'cat', ['/sys/class/net/eth0/address']);
  const script = join(process.cwd(), 'test/support/dhcp/take-lease.sh');
  const udhcpc = ['udhcpc', '-i', 'eth0', '-f', '-n', '-q', '-t', '8', '-T', '1', '-s', script];
  const lease = await net.lan.execIn(host, 'busybox', udhcpc);
  const address = lease.stdout.trim();
  expect(address, lease.stderr).toMatch(/^10\.2\.0\.\d+$/);
  return { host, mac: parseMac(stdout.trim())!, address };
}

const cli = (...args: string[]): Promise<ProcessResult> => {
  const network = { namespace: net.lan.namespaceOf('lan'), destroy: async () => undefined };
  return pxectl(args, { cwd: folder, network, env: environment, timeoutMs: 120_000 });
};

const curl = async (host: string, url: string, ...more: string[]): Promise<string> => {
  const args = ['-s', '--max-time', '10', '-w', ' %{http_code}', ...more, url];
  return (await net.lan.execIn(host, 'curl', args)).stdout;
};

const ask = async (host: string, packet: DhcpPacket, to: string, port: number, address?: string) => {
  const hex = Buffer.from(encodeDhcp(packet)).toString('hex');
  const args = programArguments('raw-client.ts', {
    interfaceName: 'eth0',
    port: 68,
    ...(address === undefined ? {} : { address }),
    packets: [{ hex, to, port }],
    expected: 1,
    listenMs: 1000,
  });
  const { stdout, stderr } = await net.lan.execIn(host, process.execPath, args, { cwd: process.cwd() });
  const answers = JSON.parse(stdout || `"${stderr}"`) as readonly RawAnswer[];
  return answers.map(({ hex: bytes }) => decodeDhcp(Buffer.from(bytes, 'hex')));
};

/** What firmware does with pxectl: an offer without an address, and with the router's lease the file from port 4011. */
async function bootFirmware({ host, mac, address }: RemoteMachine): Promise<void> {
  const offers = await ask(host, clientPacket({ mac }), '255.255.255.255', 67);
  expect(offers.map(({ siaddr, yiaddr }) => `${siaddr} ${yiaddr}`)).toContain(`${SERVER} 0.0.0.0`);
  const request = clientPacket({ mac, type: 'request', header: { ciaddr: ip(address) } });
  const answers = await ask(host, request, SERVER, 4011, address);
  expect(answers.map(({ bootFile }) => bootFile)).toEqual([expect.stringMatching(/ipxe.*\.efi$/)]);
}

/** One ARP request to the server in the name of an address: its kernel makes an entry of it, as every Linux does. */
async function sayByArp(host: string, address: string): Promise<void> {
  await net.lan.execIn(host, 'ip', ['address', 'add', `${address}/32`, 'dev', 'eth0']);
  await net.lan.execIn(host, 'busybox', ['arping', '-c', '1', '-I', 'eth0', '-s', address, SERVER]);
  await net.lan.execIn(host, 'ip', ['address', 'delete', `${address}/32`, 'dev', 'eth0']);
  const { stdout } = await net.lan.execIn('lan', 'ip', ['neighbour', 'show', address]);
  expect(stdout).toMatch(/lladdr/);
}

/** Where the machine's own script says that its seed is, found as iPXE finds it. */
async function seedUrlOf({ host, mac }: RemoteMachine): Promise<string> {
  const boot = await curl(host, `http://${SERVER}:8080/boot.ipxe?mac=${mac}`);
  const own = `http://${SERVER}:8080/machines/${macWithHyphens(mac)}.ipxe`;
  expect(boot).toContain(`iseq \${netX/mac} ${mac} && chain --replace ${own}`);
  return / url=(\S+)/.exec(await curl(host, own))?.[1] ?? '';
}

const stateOf = async ({ mac }: RemoteMachine): Promise<InstallState['kind'] | undefined> =>
  (await openMachineStates({ root: join(folder, '.pxectl') }).known()).installs.get(mac)?.kind;

describe('behind ISC dhcrelay, with the leases of a DHCP server that knows nothing of PXE', () => {
  itNeeds('root', ...TOOLS).each(ENGINES)(
    '(%s) an armed machine gets its seed once and reports; its neighbour gets and reports nothing of it',
    async (engine) => {
      if (engine === 'docker') {
        dockerd = await startLabDocker(net.lan, folder);
        environment = dockerd.environment;
      }
      const up = await cli('up', '--detach', '--no-look', '--engine', engine);
      expect(up.exitCode, up.stderr).toBe(0);
      const armed = await cli('machines', 'arm', '--yes', 'node', 'neighbour');
      expect(armed.exitCode, armed.stderr).toBe(0);
      await Promise.all([node, neighbour].map(bootFirmware));
      const url = await seedUrlOf(node);
      const base = `http://${SERVER}:8080/seed/${macWithHyphens(node.mac)}`;
      expect(url).toMatch(new RegExp(`^${base}/token-[0-9a-f]{32}/preseed\\.cfg$`));
      const token = /token-\w+/.exec(url)?.[0] ?? '';
      const ofNeighbour = /token-\w+/.exec(await seedUrlOf(neighbour))?.[0] ?? '';

      for (const shown of ['', `/${ofNeighbour}`, '/token-']) {
        expect(await curl('neighbour', `${base}${shown}/preseed.cfg`)).toMatch(/this seed is for .* 403$/s);
      }
      const report = `http://${SERVER}:8080/report/${macWithHyphens(node.mac)}`;
      expect(await curl('neighbour', `${report}/${ofNeighbour}/done`, '-X', 'POST')).toMatch(/ 403$/);
      // on the server's own network the card counts, whatever is shown
      expect(await curl('client', url)).toMatch(/this seed is for .* 403$/s);
      expect(await stateOf(node)).toBe('armed');

      await sayByArp('client', node.address);
      const seed = await curl('node', url);
      expect(seed).toMatch(/ 200$/);
      expect(seed).toContain(`wget ${report}/${token}/done`);
      expect(await stateOf(node)).toBe('installing');
      expect(await curl('node', `${report}/${token}`, '-d', 'partitioning')).toMatch(/ 200$/);
      expect(await curl('node', `${report}/${token}/done`, '-X', 'POST')).toMatch(/ 200$/);
      expect(await stateOf(node)).toBe('installed');
      expect(await curl('node', url)).toMatch(/was installed at .* 403$/s);
      expect(await stateOf(neighbour)).toBe('armed');

      await cli('down');
      const run = join(folder, '.pxectl/run');
      const told = [join(folder, '.pxectl/events.jsonl')];
      for (const name of await readdir(run)) if (/\.(log|jsonl)$/.test(name)) told.push(join(run, name));
      for (const file of told) expect(await readFile(file, 'utf8'), file).not.toMatch(/token-\w/);
      const events = await readEvents(told[0] ?? '');
      const asked = events.filter(({ type }) => type === 'seed.requested');
      expect(asked).toMatchObject([{ mac: node.mac, ip: node.address }]);
      const boot = buildTraces(events).find((trace) => trace.mac === node.mac);
      expect(boot?.stages.map(({ stage }) => stage)).toEqual(
        expect.arrayContaining(['discover', 'offer', 'boot-config', 'install-seed', 'done']),
      );
    },
    240_000,
  );
});
