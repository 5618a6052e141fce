import { forgetOldest } from '../../protocol/forget-oldest.ts';
import { firmwareOf } from '../../plan/firmware-of.ts';
import type { LogLine } from '../../protocol/log-lines/log-line.ts';
import { UNSPECIFIED_IPV4, type Ipv4Address, type MacAddress } from '../../protocol/addresses.ts';
import { parseVendorClass } from '../../protocol/pxe/vendor-class.ts';
import type { ServerLogEvent } from '../../protocol/server-logs/server-log-event.ts';
import { hasBytesBehind } from '../../model/file-name.ts';
import type { AddressSeekers } from './address-seekers.ts';
import { isBootFile } from './coverage.ts';
import type { ObservationBuilder } from './observation-builder.ts';
import type { ClientIdentity } from './open-client.ts';
import type { HttpRead, ReplySeen, RequestSeen, TftpOutcome, TftpRead } from './observation.ts';
import { quoteOf } from './recent-lines.ts';

const MAX_CLIENTS = 2000;
/** Of a client that renewed its lease for days, the last ones are those of its boot. */
const MAX_PACKETS = 16;
const MAX_TRANSFERS = 2000;
/** Programs of a boot, by what they call themselves. */
const BOOT_AGENT = /^(?:iPXE|gPXE|UefiHttpBoot|EFI HTTP|Syslinux|GRUB|Wget.*busybox)/i;

type MutableRead = { -readonly [K in keyof TftpRead]: TftpRead[K] };
/** What a line said, and where it stands. */
interface Told<Event> {
  readonly event: Event;
  readonly line: LogLine;
  readonly timeMs: number | undefined;
}
type DhcpEvent = Extract<ServerLogEvent, { kind: 'dhcp' }>;
type Transaction = Extract<ServerLogEvent, { kind: 'transaction' }>;
interface Client {
  readonly packets: Told<DhcpEvent>[];
  vendorClass?: string;
  isBoot: boolean;
}

/**
 * Turns what other DHCP, TFTP and web servers log into observations. A DHCP log does not tell who boots: a client is kept
 * aside until its class or a file that it asks for says so.
 */
export class ServerLogObserver {
  readonly #clients = new Map<MacAddress, Client>();
  readonly #macOfAddress = new Map<Ipv4Address, MacAddress>();
  /** transfers whose end is not known, by the thread that serves them */
  readonly #open = new Map<string, MutableRead>();
  readonly #lastOf = new Map<Ipv4Address, MutableRead>();
  /** clients that a log knows by their transactions alone */
  readonly #unnamed = new Map<string, true>();

  constructor(
    private readonly builder: ObservationBuilder,
    private readonly seekers: AddressSeekers,
  ) {}

  /** DHCP clients of which nothing says whether they boot from the network. */
  get unidentifiedCount(): number {
    return this.#unnamed.size + [...this.#clients.values()].filter(({ isBoot }) => !isBoot).length;
  }

  take(event: ServerLogEvent, server: string, line: LogLine, timeMs: number | undefined): void {
    if (event.kind === 'dhcp') return this.#takeDhcp({ event, line, timeMs }, server);
    if (event.kind === 'transaction') return this.#takeTransaction(event, server);
    if (event.kind === 'http') return this.#takeHttp(event, seenIn(line, timeMs));
    // who writes, where a transfer is a process or thread of its own
    const thread = `${line.service ?? ''}/${server}/${line.thread ?? ''}`;
    if (event.kind === 'tftp') this.#takeTftp(event, thread, seenIn(line, timeMs));
  }

  #takeTransaction({ message, transaction }: Transaction, server: string): void {
    forgetOldest(this.#unnamed, MAX_CLIENTS - 1);
    this.#unnamed.set(transaction, true);
    this.seekers.take({ who: `the client of transaction ${transaction}`, server, message });
  }

  #takeDhcp(packet: Told<DhcpEvent>, server: string): void {
    const { mac, address, message, vendorClass } = packet.event;
    const client = this.#client(mac);
    if (vendorClass !== undefined) client.vendorClass = vendorClass;
    if (address !== undefined && (message === 'ack' || message === 'offer')) {
      this.#macOfAddress.delete(address);
      this.#macOfAddress.set(address, mac);
    }
    this.seekers.take({
      who: mac,
      server,
      message,
      remark: packet.event.remark,
      // dhcpd names the relay, or the interface
      relay: /\bvia (\d+\.\d+\.\d+\.\d+)/.exec(packet.line.message)?.[1],
    });
    if (message !== 'class') {
      if (client.isBoot) this.#deliver(packet, client);
      else if (client.packets.push(packet) > MAX_PACKETS) client.packets.shift();
    }
    if (!client.isBoot && parseVendorClass(client.vendorClass ?? '') !== undefined) this.#promote(mac);
  }

  /** A packet of a client that boots from the network. */
  #deliver({ event, line, timeMs }: Told<DhcpEvent>, client: Client): void {
    const { mac, address, message } = event;
    const who = identityOf(mac, client);
    const seen = seenIn(line, timeMs);
    const type = REPLIES[message];
    if (type === undefined) {
      this.builder.request(who, {
        ...seen,
        type: REQUESTS[message] ?? 'other',
        port: 67,
        ...(event.server === undefined ? {} : { server: event.server }),
        ...(event.remark === undefined ? {} : { ignoredBecause: event.remark }),
      });
      return;
    }
    // Kea tells of the question and of the answer in one line
    if (event.vendorClass !== undefined || client.vendorClass !== undefined)
      this.builder.request(who, { ...seen, type: type === 'offer' ? 'discover' : 'request', port: 67 });
    this.builder.reply(mac, {
      ...seen,
      type,
      port: 67,
      ...(address === undefined ? {} : { leasedAddress: address }),
    });
  }

  /** It boots from the network: what was kept of it counts. */
  #promote(mac: MacAddress): void {
    const client = this.#client(mac);
    if (client.isBoot) return;
    client.isBoot = true;
    for (const packet of client.packets.splice(0)) this.#deliver(packet, client);
  }

  #takeTftp(
    event: Extract<ServerLogEvent, { kind: 'tftp' }>,
    thread: string,
    seen: Pick<TftpRead, 'evidence' | 'timeMs'>,
  ): void {
    if (event.outcome === 'asked' || !this.#open.has(thread)) {
      if (event.path === undefined) return;
      this.#begin(event.path, event.client, thread, seen);
    }
    const read = this.#open.get(thread);
    if (!read || event.outcome === 'asked') return;
    read.outcome = OUTCOMES[event.outcome];
    if (event.reason !== undefined) read.message = event.reason;
    // the line that says how it ended names the file only beside the one that asked for it
    read.evidence = { source: seen.evidence.source, text: `${read.evidence.text} → ${seen.evidence.text}` };
    this.#open.delete(thread);
  }

  #begin(
    path: string,
    client: Ipv4Address | undefined,
    thread: string,
    seen: Pick<TftpRead, 'evidence' | 'timeMs'>,
  ): void {
    const read: MutableRead = { ...seen, path, outcome: 'under-way' };
    if (client !== undefined) {
      // who asks for another file has the one before
      const before = this.#lastOf.get(client);
      if (before?.outcome === 'under-way' && before.path !== path && !hasBytesBehind(before.path))
        before.outcome = 'done';
      remember(this.#lastOf, client, read);
      const mac = this.#macOfAddress.get(client);
      if (mac !== undefined) this.#promote(mac);
    }
    remember(this.#open, thread, read);
    this.builder.tftp(client, undefined, read);
  }

  #takeHttp(
    event: Extract<ServerLogEvent, { kind: 'http' }>,
    seen: Pick<HttpRead, 'evidence' | 'timeMs'>,
  ): void {
    const { client, method, path, status, sentBytes, userAgent } = event;
    const isBoot = BOOT_AGENT.test(userAgent ?? '') || isBootFile(path);
    const mac = this.#macOfAddress.get(client);
    if (isBoot && mac !== undefined) this.#promote(mac);
    const before = this.#lastOf.get(client);
    if (before?.outcome === 'under-way') before.outcome = 'done';
    const read: HttpRead = {
      ...seen,
      method,
      path,
      status,
      isDone: method === 'GET' && status === 200,
      ...(sentBytes === undefined ? {} : { sentBytes }),
      ...(userAgent === undefined ? {} : { userAgent }),
    };
    if (this.builder.http(client, undefined, read) || !isBoot) return;
    const isIpxe = /^[ig]PXE/i.test(userAgent ?? '');
    this.builder.newcomer(client, isIpxe ? 'ipxe' : 'unknown');
    this.builder.http(client, undefined, read);
  }

  #client(mac: MacAddress): Client {
    const known = this.#clients.get(mac);
    if (known) return known;
    const client: Client = { packets: [], isBoot: false };
    remember(this.#clients, mac, client, MAX_CLIENTS);
    return client;
  }
}

const REPLIES: Readonly<Partial<Record<DhcpEvent['message'], ReplySeen['type']>>> = {
  offer: 'offer',
  ack: 'ack',
  nak: 'nak',
};
const REQUESTS: Readonly<Partial<Record<DhcpEvent['message'], RequestSeen['type']>>> = {
  discover: 'discover',
  refused: 'discover',
  request: 'request',
  inform: 'inform',
  decline: 'decline',
};
const OUTCOMES: Readonly<
  Record<Exclude<Extract<ServerLogEvent, { kind: 'tftp' }>['outcome'], 'asked'>, TftpOutcome>
> = { sent: 'done', missing: 'missing', denied: 'denied', aborted: 'size-probe', failed: 'stalled' };

function seenIn(line: LogLine, timeMs: number | undefined): Pick<RequestSeen, 'evidence' | 'timeMs'> {
  return { evidence: quoteOf(line), ...(timeMs === undefined ? {} : { timeMs }) };
}

function identityOf(mac: MacAddress, { vendorClass }: Client): ClientIdentity {
  const boot = parseVendorClass(vendorClass ?? '');
  const architectures = boot?.architecture === undefined ? [] : [boot.architecture];
  const firmware = firmwareOf({
    mac,
    architectures,
    ...(boot === undefined ? {} : { vendorClass: boot.kind }),
    isIpxe: false,
    relayAddress: UNSPECIFIED_IPV4,
    clientAddress: UNSPECIFIED_IPV4,
  });
  return { key: mac, mac, firmware, architectures, ...(vendorClass === undefined ? {} : { vendorClass }) };
}

/** The oldest is forgotten first. */
function remember<K, V>(map: Map<K, V>, key: K, value: V, most = MAX_TRANSFERS): void {
  forgetOldest(map, most - 1);
  map.set(key, value);
}
