import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createNamespace,
  ipIn,
  namespaceName,
  newLabId,
  removeNamespaces,
} from '../../src/lab/namespaces.ts';
import type { ClientFacts } from '../../src/model/client-facts.ts';
import { packageRoot } from '../../src/platform/packaged-files.ts';
import { type LongRunning, start } from '../../src/platform/long-running.ts';
import { runOrThrow } from '../../src/platform/processes.ts';
import { type Ipv4Address, macToBytes, UNSPECIFIED_IPV4 } from '../../src/protocol/addresses.ts';
import { decodeDhcp } from '../../src/protocol/dhcp/decode-dhcp.ts';
import { type DhcpOption, type DhcpPacket, MESSAGE_TYPE } from '../../src/protocol/dhcp/dhcp-packet.ts';
import { encodeDhcp } from '../../src/protocol/dhcp/encode-dhcp.ts';
import { architectureOption } from '../../src/protocol/dhcp/options/client-architecture.ts';
import { machineIdOption } from '../../src/protocol/dhcp/options/client-machine-id.ts';
import { byteOption } from '../../src/protocol/dhcp/options/number-options.ts';
import { textOption } from '../../src/protocol/dhcp/options/text-options.ts';

export const SERVER = '192.168.1.50' as Ipv4Address;
const CLIENT = '192.168.1.99' as Ipv4Address;

/** What a client of these facts sends: a DISCOVER, or its REQUEST to port 4011. */
export function packetOf(facts: ClientFacts, xid: number, type: number): DhcpPacket {
  const chaddr = new Uint8Array(16);
  chaddr.set(macToBytes(facts.mac));
  const options: DhcpOption[] = [
    byteOption(53, type),
    { code: 55, data: Uint8Array.from([1, 3, 6, 43, 54, 60, 66, 67, 97]) },
    textOption(60, facts.vendorClass ?? ''),
    architectureOption(...facts.architectures),
    { code: 94, data: Uint8Array.from([1, 3, 16]) },
    ...(facts.userClass === undefined ? [] : [textOption(77, facts.userClass)]),
    ...(facts.uuid === undefined ? [] : [machineIdOption(facts.uuid)]),
    ...(facts.isIpxe ? [{ code: 175, data: Uint8Array.from([0xb1, 5, 1, 0x1a, 0xf4, 0x10, 0]) }] : []),
  ];
  return {
    op: 1,
    htype: 1,
    hlen: 6,
    hops: 0,
    xid,
    secs: 0,
    flags: type === MESSAGE_TYPE.discover ? 0x8000 : 0,
    ciaddr: type === MESSAGE_TYPE.discover ? UNSPECIFIED_IPV4 : CLIENT,
    yiaddr: UNSPECIFIED_IPV4,
    siaddr: UNSPECIFIED_IPV4,
    giaddr: UNSPECIFIED_IPV4,
    chaddr,
    serverName: '',
    bootFile: '',
    options,
  };
}

/** A real dnsmasq in a network namespace, and a client in another that asks it. */
export class DnsmasqPair {
  folder = '';
  readonly #server: string;
  readonly #client: string;
  readonly #isReady = process.getuid?.() === 0;
  #dnsmasq: LongRunning | undefined;

  constructor() {
    const lab = newLabId();
    this.#server = namespaceName(lab, 'srv');
    this.#client = namespaceName(lab, 'cli');
  }

  async open(): Promise<void> {
    if (!this.#isReady) return;
    this.folder = await mkdtemp(join(tmpdir(), 'pxectl-dnsmasq-'));
    for (const name of [this.#server, this.#client]) await createNamespace(name);
    const peer = ['peer', 'name', 'eth0', 'netns', this.#client];
    await ipIn(this.#server, ['link', 'add', 'eth0', 'type', 'veth', ...peer]);
    for (const [name, address] of [
      [this.#server, SERVER],
      [this.#client, CLIENT],
    ] as const) {
      await ipIn(name, ['addr', 'add', `${address}/24`, 'dev', 'eth0']);
      await ipIn(name, ['link', 'set', 'eth0', 'up']);
    }
    await ipIn(this.#client, ['route', 'add', '255.255.255.255/32', 'dev', 'eth0']);
  }

  /** Starts dnsmasq with this configuration, and waits until it answers DHCP. */
  async start(configuration: string): Promise<void> {
    const conf = join(this.folder, 'dnsmasq.conf');
    await writeFile(conf, configuration);
    const dnsmasq = start('ip', ['netns', 'exec', this.#server, 'dnsmasq', '-k', '-C', conf, '--pid-file']);
    this.#dnsmasq = dnsmasq;
    await new Promise<void>((resolve, reject) => {
      const lines: string[] = [];
      dnsmasq.onLine((line) => {
        lines.push(line);
        if (/DHCP, (proxy|IP range)/.test(line)) setTimeout(resolve, 200);
      });
      void dnsmasq.ended.then(() => reject(new Error(`dnsmasq ended: ${lines.join(' | ')}`)));
    });
  }

  /** Asks dnsmasq and gives its answers by transaction id. */
  async exchange(port: number, packets: readonly DhcpPacket[]): Promise<Map<number, DhcpPacket>> {
    const requests = packets.map((packet) => ({
      port,
      hex: Buffer.from(encodeDhcp(packet)).toString('hex'),
    }));
    const { stdout } = await runOrThrow(
      'ip',
      [
        ...['netns', 'exec', this.#client, process.execPath, '--import', 'tsx'],
        join(packageRoot, 'test/support/dhcp-exchange.ts'),
      ],
      {
        input: JSON.stringify({ server: SERVER, waitMs: 1000, requests }),
        cwd: packageRoot,
        timeoutMs: 30_000,
      },
    );
    const answers = Object.values(JSON.parse(stdout) as Record<string, string>);
    return new Map(
      answers.map((hex) => decodeDhcp(Buffer.from(hex, 'hex'))).map((reply) => [reply.xid, reply]),
    );
  }

  async stop(): Promise<void> {
    this.#dnsmasq?.kill();
    await this.#dnsmasq?.ended;
    this.#dnsmasq = undefined;
  }

  async close(): Promise<void> {
    if (!this.#isReady) return;
    await removeNamespaces([this.#server, this.#client], []);
    await rm(this.folder, { recursive: true, force: true });
  }
}
