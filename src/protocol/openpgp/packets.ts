import { ProtocolError } from '../protocol-error.ts';

/** RFC 9580 §5: packet types that a key ring is made of. */
export const PACKET_TAG = { publicKey: 6, publicSubkey: 14, userId: 13, trust: 12 } as const;

export interface OpenPgpPacket {
  readonly tag: number;
  /** the packet with its header */
  readonly bytes: Uint8Array;
  readonly body: Uint8Array;
}

/**
 * Splits a stream of packets, old and new headers (RFC 9580 §4.2). Partial and indeterminate lengths are refused: key
 * material does not use them.
 * @throws ProtocolError
 */
export function decodePackets(bytes: Uint8Array): OpenPgpPacket[] {
  const packets: OpenPgpPacket[] = [];
  for (let at = 0; at < bytes.length;) {
    const header = readHeader(bytes, at);
    const end = at + header.headerBytes + header.bodyBytes;
    if (end > bytes.length) throw new ProtocolError('openpgp', at, 'a packet is cut off');
    const whole = bytes.subarray(at, end);
    packets.push({ tag: header.tag, bytes: whole, body: whole.subarray(header.headerBytes) });
    at = end;
  }
  return packets;
}

function readHeader(bytes: Uint8Array, at: number): { tag: number; headerBytes: number; bodyBytes: number } {
  const first = bytes[at] ?? 0;
  if ((first & 0x80) === 0) throw new ProtocolError('openpgp', at, 'no packet begins here');
  const byte = (index: number): number => {
    const value = bytes[at + index];
    if (value === undefined) throw new ProtocolError('openpgp', at, 'a packet header is cut off');
    return value;
  };
  const number = (index: number, count: number): number => {
    let value = 0;
    for (let i = 0; i < count; i++) value = value * 256 + byte(index + i);
    return value;
  };
  if ((first & 0x40) === 0) {
    const lengthType = first & 3;
    if (lengthType === 3) throw new ProtocolError('openpgp', at, 'a packet without a length');
    const count = 2 ** lengthType;
    return { tag: (first >> 2) & 15, headerBytes: 1 + count, bodyBytes: number(1, count) };
  }
  const tag = first & 63;
  const short = byte(1);
  if (short < 192) return { tag, headerBytes: 2, bodyBytes: short };
  if (short < 224) return { tag, headerBytes: 3, bodyBytes: (short - 192) * 256 + byte(2) + 192 };
  if (short === 255) return { tag, headerBytes: 6, bodyBytes: number(2, 4) };
  throw new ProtocolError('openpgp', at, 'a packet in partial lengths');
}
