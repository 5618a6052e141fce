import { ipv4FromBytes, type Ipv4Address } from '../addresses.ts';

export const IP_PROTOCOL = { icmp: 1, tcp: 6, udp: 17 } as const;

/** One IPv4 packet (RFC 791), possibly a fragment. */
export interface Ipv4Packet {
  readonly source: Ipv4Address;
  readonly destination: Ipv4Address;
  readonly protocol: number;
  readonly identification: number;
  readonly moreFragments: boolean;
  /** where this payload lies in the whole datagram, bytes */
  readonly fragmentOffset: number;
  readonly payload: Uint8Array;
  /** the capture holds less of the packet than its header says */
  readonly isTruncated: boolean;
}

/** Reads an IPv4 packet; undefined when the bytes are none. Link-layer padding is cut off. */
export function readIpv4(data: Uint8Array): Ipv4Packet | undefined {
  const first = data[0] ?? 0;
  const headerLength = (first & 15) * 4;
  if (first >> 4 !== 4 || headerLength < 20 || data.length < headerLength) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  // segmentation offload leaves 0 here: the packet is what was captured
  const totalLength = view.getUint16(2) || data.length;
  if (totalLength < headerLength) return undefined;
  const flags = view.getUint16(6);
  return {
    source: ipv4FromBytes(data.subarray(12)),
    destination: ipv4FromBytes(data.subarray(16)),
    protocol: view.getUint8(9),
    identification: view.getUint16(4),
    moreFragments: (flags & 0x2000) !== 0,
    fragmentOffset: (flags & 0x1fff) * 8,
    payload: data.subarray(headerLength, Math.min(totalLength, data.length)),
    isTruncated: totalLength > data.length,
  };
}
