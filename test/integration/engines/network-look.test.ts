import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect } from 'vitest';
import { createVirtualLan, type VirtualLan, type VirtualLanOptions } from '../../../src/lab/virtual-lan.ts';
import type { ProcessResult } from '../../../src/platform/processes.ts';
import { parseMac } from '../../../src/protocol/addresses.ts';
import { decodeDhcp } from '../../../src/protocol/dhcp/decode-dhcp.ts';
import { MESSAGE_TYPE, type DhcpPacket } from '../../../src/protocol/dhcp/dhcp-packet.ts';
import { encodeDhcp } from '../../../src/protocol/dhcp/encode-dhcp.ts';
import { clientPacket } from '../../../src/protocol/pxe/client-packet.ts';
import { programArguments } from '../../support/dhcp/test-network.ts';
import { configText, prepareState } from '../../support/engine/prepare-state.ts';
import { itNeeds } from '../../support/external-tool.ts';
import { pxectl } from '../../support/pxectl-process.ts';

/** The built pxectl in the namespace `lan`, beside whatever the test has put on the segment. */
class Place {
  constructor(
    readonly lan: VirtualLan,
    readonly folder: string,
  ) {}

  pxectl(...args: string[]): Promise<ProcessResult> {
    const network = { namespace: this.lan.namespaceOf('lan'), destroy: async () => undefined };
    return pxectl(args, { cwd: this.folder, network });
  }

  up(...args: string[]): Promise<ProcessResult> {
    return this.pxectl('up', '--detach', '--engine', 'builtin', ...args);
  }

  /** a boot server of somebody else: plain dnsmasq in a host of its own */
  async addBootServer(address: string): Promise<void> {
    await this.lan.addHost('other', address);
    await this.lan.startIn('other', 'dnsmasq', [
      ...['--keep-in-foreground', '--conf-file=/dev/null', '--user=root', '--port=0', '--interface=eth0'],
      ...['--bind-interfaces', '--dhcp-range=192.168.1.0,proxy,255.255.255.0', '--log-facility=-'],
      ...['--pxe-service=x86PC,"Other",other.0', '--pxe-service=X86-64_EFI,"Other",other.efi'],
      `--pid-file=${join(this.folder, 'other.pid')}`,
    ]);
    await this.until(async () => (await this.lan.execIn('other', 'cat', ['/proc/net/udp'])).stdout, ':0043');
  }

  /** somebody's router: plain dnsmasq, which pings an address before it offers it */
  async addDhcpServer(host: string, address: string, range: string, ...more: string[]): Promise<void> {
    await this.lan.addHost(host, address);
    await this.lan.startIn(host, 'dnsmasq', [
      ...['--keep-in-foreground', '--conf-file=/dev/null', '--user=root', '--port=0', '--interface=eth0'],
      ...['--bind-interfaces', `--dhcp-range=${range}`, '--log-facility=-', ...more],
      `--pid-file=${join(this.folder, `${host}.pid`)}`,
      `--dhcp-leasefile=${join(this.folder, `${host}.leases`)}`,
    ]);
    await this.until(async () => (await this.lan.execIn(host, 'cat', ['/proc/net/udp'])).stdout, ':0043');
  }

  async until(look: () => Promise<string>, words: string): Promise<void> {
    await expect.poll(look, { timeout: 40_000, interval: 300 }).toContain(words);
  }

  ip(...args: string[]): Promise<ProcessResult> {
    return this.lan.execIn('lan', 'ip', args);
  }

  async statusText(): Promise<string> {
    return (await this.pxectl('status')).stdout;
  }

  /** whether a UEFI machine on the segment gets a boot offer of pxectl */
  async isAnswered(): Promise<boolean> {
    const packet = Buffer.from(encodeDhcp(uefiDiscover())).toString('hex');
    const options = {
      interfaceName: 'eth0',
      port: 68,
      packets: [{ hex: packet, to: '255.255.255.255', port: 67 }],
      listenMs: 700,
    };
    const args = programArguments('raw-client.ts', options);
    const { stdout } = await this.lan.execIn('client', process.execPath, args, { cwd: process.cwd() });
    const answers = JSON.parse(stdout.trim().split('\n').at(-1) ?? '[]') as { readonly hex: string }[];
    return answers.some(({ hex }) => decodeDhcp(Buffer.from(hex, 'hex')).siaddr === '192.168.1.50');
  }

  /** what the running pxectl has said since its start */
  async log(): Promise<string> {
    return (await this.lan.execIn('lan', 'cat', [join(this.folder, '.pxectl/run/pxectl.log')])).stdout;
  }
}

function uefiDiscover(): DhcpPacket {
  const mac = parseMac('52:54:00:00:00:07')!;
  return clientPacket({ mac, architectures: [7] }, { messageType: MESSAGE_TYPE.discover, xid: 7 });
}

const places: Place[] = [];
const needsRoot = itNeeds('root', 'ip', 'dnsmasq');

async function makePlace(mode: 'proxy' | 'full' | 'pxe-only', options: VirtualLanOptions): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'pxectl-look-'));
  const lan = await createVirtualLan({ ...options, folder: join(folder, 'lan') });
  const place = new Place(lan, folder);
  places.push(place);
  await prepareState(folder, configText(mode));
  return place;
}

afterEach(async () => {
  for (const place of places.splice(0)) {
    await place.pxectl('down');
    await place.lan.destroy();
    rmSync(place.folder, { recursive: true, force: true });
  }
});

describe('up looks before it speaks', () => {
  needsRoot('mode full beside a router is refused, and --force serves all the same', async () => {
    const place = await makePlace('full', {});
    const refused = await place.up();
    expect(refused.exitCode).toBe(4);
    expect(refused.stderr).toContain('this network has a DHCP server: mode full would take over its clients');
    expect(refused.stderr).toContain('192.168.1.1 leases addresses on br0');
    const forced = await place.up('--force');
    expect(forced.stderr).toContain('up in the background');
    const status = await place.pxectl('status');
    expect(status.stdout).toContain('! 192.168.1.1 leases addresses on br0');
    expect(status.exitCode).toBe(1);
    const leases = await place.lan.execIn('lan', 'cat', [join(place.lan.folder, 'router.leases')]);
    expect(leases.stdout.trim()).toBe('');
  });

  needsRoot('mode full on a network of its own comes up in time', async () => {
    const place = await makePlace('full', { router: false });
    const startedMs = performance.now();
    const up = await place.up();
    const tookMs = performance.now() - startedMs;
    expect(up.stderr).toContain('up in the background');
    // on a quiet machine 5 s
    expect(tookMs).toBeLessThan(20_000);
    expect((await place.pxectl('status')).stdout).not.toContain('!');
  });

  needsRoot('proxy mode without any DHCP server says so', async () => {
    const place = await makePlace('proxy', { router: false });
    const up = await place.up();
    expect(up.exitCode).toBe(0);
    expect(up.stderr).toMatch(/warning: .*no DHCP server answers on br0/);
    const status = await place.pxectl('status');
    expect(status.stdout).toContain('pxectl doctor explains no-dhcp-server');
    expect(status.exitCode).toBe(0);
  });

  needsRoot(
    'two DHCP servers beside mode proxy are told, each with its address',
    async () => {
      const place = await makePlace('proxy', { router: false });
      await place.addDhcpServer('gateway', '192.168.1.1', '192.168.1.100,192.168.1.120');
      await place.addDhcpServer('second', '192.168.1.2', '192.168.1.150,192.168.1.170');
      const { stderr } = await place.up();
      expect(stderr).toContain('up in the background');
      const words =
        /2 DHCP servers lease addresses on br0: 192\.168\.1\.1 \(it offers 192\.168\.1\.1\d\d\), 192\.168\.1\.2 /;
      // on a busy machine the second may come later than the look before the start waits; the next looks are 10 and 70 s on
      await expect.poll(() => place.statusText(), { timeout: 100_000, interval: 500 }).toMatch(words);
      expect((await place.pxectl('doctor')).stdout).toContain('second-dhcp-server');
      await expect.poll(() => place.isAnswered()).toBe(true);
    },
    180_000,
  );

  needsRoot('an authoritative router beside pxe-only is told, an ordinary one is not', async () => {
    for (const more of [[], ['--dhcp-authoritative']]) {
      const place = await makePlace('pxe-only', { router: false });
      await place.addDhcpServer('gateway', '192.168.1.1', '192.168.1.100,192.168.1.120', ...more);
      const { stderr } = await place.up();
      expect(stderr.includes('note: 192.168.1.1 refuses (NAK) the addresses')).toBe(more.length > 0);
      expect(stderr).toContain('up in the background');
    }
  });

  needsRoot('another boot server is told with what it offers, and so is a used address', async () => {
    const place = await makePlace('proxy', {});
    await place.addBootServer('192.168.1.70');
    await place.up();
    const told = await place.statusText();
    expect(told).toContain('another boot server answers at 192.168.1.70: ');
    expect(told).toContain('pxectl doctor explains second-pxe-server');
    await place.pxectl('down');

    await place.lan.execIn('client', 'ip', ['address', 'add', '192.168.1.50/24', 'dev', 'eth0']);
    const refused = await place.up();
    expect(refused.exitCode).toBe(4);
    expect(refused.stderr).toContain('another machine uses the address of this server');
    expect((await place.up('--no-look')).exitCode).toBe(0);
    expect(await place.statusText()).not.toContain('!');
  });

  needsRoot('addresses of the range that somebody uses are told', async () => {
    const place = await makePlace('pxe-only', {});
    await place.lan.addHost('printer', '192.168.1.205');
    await place.up();
    const told = await place.statusText();
    expect(told).toContain('192.168.1.205 (');
    expect(told).toContain('range-in-use');
  });
});

describe('the network is watched while it is served', () => {
  for (const engine of ['builtin', 'dnsmasq']) {
    needsRoot(`an interface that is made again is served again, by ${engine}`, async () => {
      const place = await makePlace('proxy', {});
      await place.up('--engine', engine);
      await expect.poll(() => place.isAnswered()).toBe(true);

      await place.ip('link', 'del', 'br0');
      await place.until(() => place.statusText(), 'the interface br0 is not there');
      expect((await place.pxectl('status')).exitCode).toBe(1);

      await place.ip('link', 'add', 'br0', 'type', 'bridge');
      for (const port of ['v-client', 'v-router']) await place.ip('link', 'set', port, 'master', 'br0');
      await place.ip('address', 'add', '192.168.1.50/24', 'dev', 'br0');
      await place.ip('link', 'set', 'br0', 'up');
      await expect.poll(() => place.isAnswered(), { timeout: 40_000 }).toBe(true);
      await place.until(() => place.log(), 'over: the interface br0 is not there');
      await expect.poll(() => place.statusText(), { timeout: 40_000 }).not.toContain('!');
    });
  }

  needsRoot('a link that goes down and an address that is lost are told, and taken back', async () => {
    const place = await makePlace('proxy', {});
    await place.up();
    await place.ip('link', 'set', 'br0', 'down');
    await place.until(() => place.statusText(), 'the interface br0 is down');
    await place.ip('link', 'set', 'br0', 'up');
    await place.until(() => place.log(), 'over: the interface br0 is down');
    await place.ip('address', 'del', '192.168.1.50/24', 'dev', 'br0');
    await place.until(() => place.statusText(), 'br0 does not have the address 192.168.1.50');
    expect((await place.pxectl('doctor')).stdout).toContain('address-not-on-interface');
    await place.ip('address', 'add', '192.168.1.50/24', 'dev', 'br0');
    await place.until(() => place.log(), 'over: the interface br0 does not have the address');
    await expect.poll(() => place.isAnswered(), { timeout: 40_000 }).toBe(true);
  });
});
