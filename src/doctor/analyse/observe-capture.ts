import { forgetOldest } from '../../protocol/forget-oldest.ts';
import { clientFactsOf } from '../../plan/client-facts.ts';
import { firmwareOf } from '../../plan/firmware-of.ts';
import { UNSPECIFIED_IPV4, type Ipv4Address, type MacAddress } from '../../protocol/addresses.ts';
import { decodeDhcp } from '../../protocol/dhcp/decode-dhcp.ts';
import {
  BOOT_REQUEST,
  BROADCAST_FLAG,
  macOf,
  MESSAGE_TYPE,
  messageNameOf,
  messageTypeOf,
  type DhcpPacket,
} from '../../protocol/dhcp/dhcp-packet.ts';
import { DHCP_OPTION } from '../../protocol/dhcp/option-codes.ts';
import { readAddress } from '../../protocol/dhcp/options/address-options.ts';
import type { CapturedFrame } from '../../protocol/pcap/captured-frame.ts';
import { Dissector, type DissectedPacket, type UdpDatagram } from '../../protocol/pcap/dissector.ts';
import { HttpFollower, type HttpExchange } from '../../protocol/pcap/http-follower.ts';
import { ProtocolError } from '../../protocol/protocol-error.ts';
import { parseVendorClass } from '../../protocol/pxe/vendor-class.ts';
import { ObservationBuilder } from './observation-builder.ts';
import {
  type HttpRead,
  type Limit,
  type Observations,
  type ReplySeen,
  type RequestSeen,
} from './observation.ts';
import { readReply } from './read-reply.ts';
import { TftpWatcher } from './tftp-watcher.ts';

const BOOTP_SERVER = 67;
const BOOTP_CLIENT = 68;
const PXE_BOOT_SERVER = 4011;
/** A capture on all interfaces has each broadcast several times. */
const DUPLICATE_MS = 100;
const MAX_RECENT_DHCP = 1000;
/** Exchanges that are filled in at the end; the older half of more than these has ended long ago. */
const MAX_OPEN_EXCHANGES = 8_000;

type MutableHttp = { -readonly [K in keyof HttpRead]: HttpRead[K] };

/** Reads the frames of a capture into observations; keeps clients and their transfers, no packets. */
export class CaptureObserver {
  readonly #dissector = new Dissector();
  readonly #builder = new ObservationBuilder(() => this.#soFar());
  readonly #http = new HttpFollower();
  readonly #httpReads: { readonly exchange: HttpExchange; readonly read: MutableHttp }[] = [];
  readonly #recentDhcp = new Map<string, number>();
  readonly #tftp = new TftpWatcher((client, datagram, read) =>
    this.#builder.tftp(client, datagram.sourceMac, read),
  );
  #count = 0;
  #firstTimeMs: number | undefined;
  #lastTimeMs: number | undefined;
  #server: Ipv4Address | undefined;
  #cutDhcpCount = 0;
  #damagedDhcpCount = 0;

  push(frame: CapturedFrame): void {
    this.#count = frame.number;
    const timeMs = frame.timeUs / 1000;
    this.#firstTimeMs ??= timeMs;
    this.#lastTimeMs = Math.max(this.#lastTimeMs ?? timeMs, timeMs);
    const packet = this.#dissector.dissect(frame);
    if (packet) this.#take(packet);
  }

  finish(): Observations {
    this.#tftp.finish(this.#lastTimeMs ?? 0);
    this.#http.finish();
    this.#collectHttp(undefined);
    const settled = this.#builder.settled();
    return {
      ...this.#soFar(),
      clients: this.#builder.clients(),
      ...(settled === undefined ? {} : { settled }),
      limits: this.#limits(),
    };
  }

  #soFar(): Omit<Observations, 'clients'> {
    this.#tftp.settleSilent(this.#lastTimeMs ?? 0);
    for (const { exchange, read } of this.#httpReads) fillIn(read, exchange);
    return {
      vantage: 'capture',
      server: this.#server === undefined ? {} : { address: this.#server },
      problems: [],
      ...(this.#firstTimeMs === undefined ? {} : { firstTimeMs: this.#firstTimeMs }),
      ...(this.#lastTimeMs === undefined ? {} : { lastTimeMs: this.#lastTimeMs }),
      readCount: this.#count,
    };
  }

  #limits(): readonly Limit[] {
    const limits: Limit[] = [];
    if (this.#cutDhcpCount > 0)
      limits.push({
        text: `${this.#cutDhcpCount} DHCP packets are cut short in this capture (snap length)`,
        advice: 'record whole packets: tcpdump -s 0',
      });
    const { foreignLink } = this.#dissector;
    if (foreignLink !== undefined)
      limits.push({
        text: `packets of this capture are of a kind of link (LINKTYPE ${foreignLink}) that doctor does not read`,
        advice: "record on the boot server's own network card: tcpdump -i IF -s 0",
      });
    const unread = this.#dissector.unreadCount + this.#damagedDhcpCount;
    // beside a boot that is seen they are none of it
    if (unread > 0 && this.#builder.clients().length === 0)
      limits.push({
        text: `${unread} UDP packet${unread === 1 ? '' : 's'} could not be read: damaged, or pieces of which the rest is missing`,
        advice: 'record whole packets, on a card of the network that the machine boots from: tcpdump -s 0',
      });
    if (this.#tftp.isBlind)
      limits.push({
        text: 'file requests are in this capture and not one answer to them: its filter left them out, or they never came',
        advice:
          'record with the filter "host ADDRESS-OF-THE-SERVER or udp": TFTP answers from a port of its own',
      });
    if (this.#httpReads.some(({ read }) => read.isAnswerUnseen === true))
      limits.push({
        text: 'answers of a web server that its client got are not in this capture: its filter left them out, or packets were lost',
        advice: 'record with the filter "host ADDRESS-OF-THE-SERVER or udp"',
      });
    const { ipv6Boot } = this.#dissector;
    if (ipv6Boot)
      limits.push({
        text: `packet ${ipv6Boot.frameNumber} is ${ipv6Boot.what}: a boot over IPv6, which doctor does not judge`,
        advice: 'try the boot over IPv4',
      });
    return limits;
  }

  #take(packet: DissectedPacket): void {
    switch (packet.kind) {
      case 'udp':
        if (isDhcp(packet)) this.#takeDhcp(packet);
        else this.#tftp.push(packet);
        return;
      case 'tcp':
        this.#http.push(packet);
        this.#collectHttp(packet.sourceMac);
        return;
      case 'icmp-unreachable':
        this.#builder.refused(packet.about.source, {
          evidence: {
            source: `packet ${packet.frameNumber}`,
            text: `ICMP from ${packet.source}: port ${packet.about.destinationPort} of ${packet.about.destination} is unreachable`,
          },
          timeMs: packet.timeUs / 1000,
          server: packet.about.destination,
          port: packet.about.destinationPort,
        });
    }
  }

  #takeDhcp(datagram: UdpDatagram): void {
    // what was cut off may hold any option: such a packet proves nothing
    if (datagram.isTruncated) {
      this.#cutDhcpCount++;
      return;
    }
    let packet: DhcpPacket;
    try {
      packet = decodeDhcp(datagram.payload);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#damagedDhcpCount++;
      return;
    }
    const mac = macOf(packet);
    if (mac === undefined || this.#isDuplicate(datagram, packet)) return;
    if (packet.op === BOOT_REQUEST) this.#takeRequest(datagram, packet, mac);
    else this.#takeReply(datagram, packet, mac);
  }

  #takeRequest(datagram: UdpDatagram, packet: DhcpPacket, mac: MacAddress): void {
    const facts = clientFactsOf(packet);
    const isBoot = parseVendorClass(facts.vendorClass ?? '') !== undefined || facts.isIpxe;
    if (!isBoot && !this.#builder.has(mac)) return;
    const port = datagram.destinationPort === PXE_BOOT_SERVER ? 4011 : 67;
    const server = port === 4011 ? datagram.destination : readAddress(packet, DHCP_OPTION.serverId);
    const clientAddress = packet.ciaddr === UNSPECIFIED_IPV4 ? undefined : packet.ciaddr;
    const architecture = facts.architectures.length === 0 ? '' : ` arch ${facts.architectures.join('/')}`;
    const seen: RequestSeen = {
      evidence: {
        source: `packet ${datagram.frameNumber}`,
        text: `${messageNameOf(packet)} of ${mac}${architecture}${facts.vendorClass === undefined ? '' : ` ${facts.vendorClass}`}${facts.isIpxe ? ' (iPXE)' : ''}, to port ${port}${server === undefined ? '' : ` of ${server}`}`,
      },
      timeMs: datagram.timeUs / 1000,
      type: requestType(messageTypeOf(packet)),
      port,
      ...(server === undefined ? {} : { server }),
      ...(clientAddress === undefined ? {} : { clientAddress }),
      wantsBroadcast: (packet.flags & BROADCAST_FLAG) !== 0,
    };
    this.#builder.request(
      {
        key: mac,
        mac,
        firmware: isBoot ? firmwareOf(facts) : 'system',
        architectures: facts.architectures,
        ...(facts.vendorClass === undefined ? {} : { vendorClass: facts.vendorClass }),
      },
      seen,
    );
  }

  #takeReply(datagram: UdpDatagram, packet: DhcpPacket, mac: MacAddress): void {
    const type = REPLY_TYPES.get(messageTypeOf(packet) ?? 0);
    if (type === undefined || !this.#builder.has(mac)) return;
    const reply = readReply(datagram, packet, type);
    if (reply.vendorClass !== undefined && /^(?:PXE|HTTP)Client/.test(reply.vendorClass))
      this.#server ??= reply.server;
    this.#builder.reply(mac, reply);
  }

  #isDuplicate(datagram: UdpDatagram, packet: DhcpPacket): boolean {
    const key = `${datagram.source}:${datagram.sourcePort}/${packet.xid}/${messageTypeOf(packet) ?? 0}/${packet.secs}`;
    const timeMs = datagram.timeUs / 1000;
    const before = this.#recentDhcp.get(key);
    this.#recentDhcp.set(key, timeMs);
    forgetOldest(this.#recentDhcp, MAX_RECENT_DHCP);
    return before !== undefined && timeMs - before < DUPLICATE_MS;
  }

  #collectHttp(mac: MacAddress | undefined): void {
    for (const exchange of this.#http.takeExchanges()) {
      const read: MutableHttp = {
        evidence: {
          source: `packet ${exchange.requestFrame}`,
          text: `HTTP ${exchange.method} ${exchange.target} from ${exchange.server}:${exchange.serverPort}`,
        },
        timeMs: exchange.requestTimeUs / 1000,
        method: exchange.method,
        path: exchange.target,
        server: exchange.server,
        ...(exchange.userAgent === undefined ? {} : { userAgent: exchange.userAgent }),
        ...(exchange.range === undefined ? {} : { hasRange: true }),
      };
      if (!this.#builder.http(exchange.client, mac, read)) continue;
      this.#httpReads.push({ exchange, read });
      // an exchange that is over needs no second look
      if (this.#httpReads.length >= MAX_OPEN_EXCHANGES)
        for (const one of this.#httpReads.splice(0, MAX_OPEN_EXCHANGES / 2)) fillIn(one.read, one.exchange);
    }
  }
}

function fillIn(read: MutableHttp, exchange: HttpExchange): void {
  if (exchange.status !== undefined) read.status = exchange.status;
  if (exchange.contentLength !== undefined) read.sizeBytes = exchange.contentLength;
  read.sentBytes = exchange.bodyBytes;
  read.lastTimeMs = exchange.lastTimeUs / 1000;
  read.isCutByClient = exchange.cutBy === 'client';
  if (exchange.isAnswerUnseen === true) read.isAnswerUnseen = true;
  else if (exchange.cutBy === 'server' && exchange.status === undefined) read.isReset = true;
  read.isDone = exchange.contentLength !== undefined && exchange.bodyBytes >= exchange.contentLength;
}

const REPLY_TYPES: ReadonlyMap<number, ReplySeen['type']> = new Map([
  [MESSAGE_TYPE.offer, 'offer'],
  [MESSAGE_TYPE.ack, 'ack'],
  [MESSAGE_TYPE.nak, 'nak'],
]);

function isDhcp({ sourcePort, destinationPort }: UdpDatagram): boolean {
  const ports = [sourcePort, destinationPort];
  return ports.some((port) => port === BOOTP_SERVER || port === BOOTP_CLIENT || port === PXE_BOOT_SERVER);
}

function requestType(type: number | undefined): RequestSeen['type'] {
  switch (type) {
    case MESSAGE_TYPE.discover:
      return 'discover';
    case MESSAGE_TYPE.request:
      return 'request';
    case MESSAGE_TYPE.inform:
      return 'inform';
    case MESSAGE_TYPE.decline:
      return 'decline';
    default:
      return 'other';
  }
}
