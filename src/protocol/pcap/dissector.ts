import { ipv4FromBytes, type Ipv4Address, type MacAddress } from '../addresses.ts';
import type { CapturedFrame } from './captured-frame.ts';
import { FragmentTable } from './fragment-table.ts';
import { ipv6BootOf } from './ipv6-boot.ts';
import { IP_PROTOCOL, readIpv4, type Ipv4Packet } from './ipv4-packet.ts';
import { ETHER_TYPE, isReadLink, readLinkLayer, type LinkPayload } from './link-layer.ts';

/** What every packet of a capture is known by. Payloads are views: copy what is to be kept. */
interface PacketBase {
  readonly frameNumber: number;
  readonly timeUs: number;
  readonly sourceMac?: MacAddress;
  readonly destinationMac?: MacAddress;
  readonly vlans: readonly number[];
  readonly source: Ipv4Address;
  readonly destination: Ipv4Address;
}

export interface UdpDatagram extends PacketBase {
  readonly kind: 'udp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly payload: Uint8Array;
  /** payload bytes on the wire, also where the capture cut the frame short */
  readonly wirePayloadLength: number;
  /** frames that it was put together from, when it came in fragments */
  readonly fragments?: readonly number[];
  readonly isTruncated: boolean;
}

export interface TcpSegment extends PacketBase {
  readonly kind: 'tcp';
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  /** the next byte that the sender expects of the other side */
  readonly acknowledgment: number;
  readonly flags: {
    readonly syn: boolean;
    readonly ack: boolean;
    readonly fin: boolean;
    readonly rst: boolean;
  };
  readonly payload: Uint8Array;
  /** payload bytes on the wire, also where the capture cut the frame short */
  readonly wirePayloadLength: number;
}

/** ICMP destination unreachable (RFC 792), with the datagram that it complains about. */
export interface IcmpUnreachable extends PacketBase {
  readonly kind: 'icmp-unreachable';
  /** 0 network, 1 host, 3 port, 13 administratively prohibited */
  readonly code: number;
  readonly about: {
    readonly source: Ipv4Address;
    readonly destination: Ipv4Address;
    readonly protocol: number;
    readonly sourcePort: number;
    readonly destinationPort: number;
  };
}

export type DissectedPacket = UdpDatagram | TcpSegment | IcmpUnreachable;

/** Turns frames into UDP datagrams, TCP segments and ICMP complaints; keeps only unfinished fragments. */
export class Dissector {
  readonly #fragments = new FragmentTable();
  #damaged = 0;
  /** the type of the first link that is not read */
  foreignLink: number | undefined;
  /** the first packet of a boot over IPv6, which is not taken apart further */
  ipv6Boot: { readonly frameNumber: number; readonly what: string } | undefined;

  /** Datagrams that are damaged, or of which a piece is missing so far. */
  get unreadCount(): number {
    return this.#damaged + this.#fragments.pending;
  }

  /** The packet in a frame; undefined when it is nothing that a network boot is made of. */
  dissect(frame: CapturedFrame): DissectedPacket | undefined {
    const link = readLinkLayer(frame.linkType, frame.data);
    if (!link && !isReadLink(frame.linkType)) this.foreignLink ??= frame.linkType;
    if (link?.etherType === ETHER_TYPE.ipv6) this.#lookAtIpv6(frame.number, link.payload);
    if (link?.etherType !== ETHER_TYPE.ipv4) return undefined;
    const packet = readIpv4(link.payload);
    if (!packet) return undefined;
    if (packet.moreFragments || packet.fragmentOffset > 0) {
      const whole = this.#fragments.add(packet, frame.number, frame.timeUs);
      return whole && readTransport(frame, link, { ...packet, payload: whole.payload }, whole.frames);
    }
    const read = readTransport(frame, link, packet);
    if (!read && packet.protocol === IP_PROTOCOL.udp) this.#damaged++;
    return read;
  }

  #lookAtIpv6(frameNumber: number, packet: Uint8Array): void {
    if (this.ipv6Boot) return;
    const what = ipv6BootOf(packet);
    if (what !== undefined) this.ipv6Boot = { frameNumber, what };
  }
}

function readTransport(
  frame: CapturedFrame,
  link: LinkPayload,
  packet: Ipv4Packet,
  fragments?: readonly number[],
): DissectedPacket | undefined {
  const base: PacketBase = {
    frameNumber: frame.number,
    timeUs: frame.timeUs,
    vlans: link.vlans,
    source: packet.source,
    destination: packet.destination,
    ...(link.sourceMac === undefined ? {} : { sourceMac: link.sourceMac }),
    ...(link.destinationMac === undefined ? {} : { destinationMac: link.destinationMac }),
  };
  switch (packet.protocol) {
    case IP_PROTOCOL.udp:
      return readUdp(base, packet, fragments);
    case IP_PROTOCOL.tcp:
      return readTcp(base, packet, frame);
    case IP_PROTOCOL.icmp:
      return readIcmp(base, packet);
    default:
      return undefined;
  }
}

function readUdp(
  base: PacketBase,
  packet: Ipv4Packet,
  fragments: readonly number[] | undefined,
): UdpDatagram | undefined {
  const { payload } = packet;
  if (payload.length < 8) return undefined;
  const length = be16(payload, 4);
  if (length < 8) return undefined;
  return {
    kind: 'udp',
    ...base,
    sourcePort: be16(payload, 0),
    destinationPort: be16(payload, 2),
    payload: payload.subarray(8, length),
    wirePayloadLength: length - 8,
    isTruncated: length > payload.length,
    ...(fragments === undefined ? {} : { fragments }),
  };
}

function readTcp(base: PacketBase, packet: Ipv4Packet, frame: CapturedFrame): TcpSegment | undefined {
  const { payload } = packet;
  if (payload.length < 20) return undefined;
  const headerLength = ((payload[12] ?? 0) >> 4) * 4;
  if (headerLength < 20 || headerLength > payload.length) return undefined;
  const bits = payload[13] ?? 0;
  const captured = payload.subarray(headerLength);
  const missing = packet.isTruncated ? Math.max(0, frame.wireLength - frame.data.length) : 0;
  return {
    kind: 'tcp',
    ...base,
    sourcePort: be16(payload, 0),
    destinationPort: be16(payload, 2),
    sequence: be16(payload, 4) * 0x10000 + be16(payload, 6),
    acknowledgment: be16(payload, 8) * 0x10000 + be16(payload, 10),
    flags: { fin: (bits & 1) !== 0, syn: (bits & 2) !== 0, rst: (bits & 4) !== 0, ack: (bits & 16) !== 0 },
    payload: captured,
    wirePayloadLength: captured.length + missing,
  };
}

const ICMP_UNREACHABLE = 3;

function readIcmp(base: PacketBase, packet: Ipv4Packet): IcmpUnreachable | undefined {
  const { payload } = packet;
  if (payload[0] !== ICMP_UNREACHABLE || payload.length < 8 + 20 + 4) return undefined;
  const inner = payload.subarray(8);
  const innerHeaderLength = ((inner[0] ?? 0) & 15) * 4;
  if (innerHeaderLength < 20 || inner.length < innerHeaderLength + 4) return undefined;
  return {
    kind: 'icmp-unreachable',
    ...base,
    code: payload[1] ?? 0,
    about: {
      source: ipv4FromBytes(inner.subarray(12)),
      destination: ipv4FromBytes(inner.subarray(16)),
      protocol: inner[9] ?? 0,
      sourcePort: be16(inner, innerHeaderLength),
      destinationPort: be16(inner, innerHeaderLength + 2),
    },
  };
}

function be16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
