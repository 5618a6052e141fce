import {
  ipv4ToBytes,
  macToBytes,
  type Ipv4Address,
  type MacAddress,
} from '../../../../src/protocol/addresses.ts';

const CLIENT_MAC = 'f4:4d:30:00:00:01' as MacAddress;
const SERVER_MAC = '52:54:00:00:00:50' as MacAddress;

export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}

export function join(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

export function be16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 255);
}

export function be32(value: number): Uint8Array {
  return Uint8Array.of((value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}

export function udpSegment(sourcePort: number, destinationPort: number, payload: Uint8Array): Uint8Array {
  return join(be16(sourcePort), be16(destinationPort), be16(8 + payload.length), be16(0), payload);
}

export function tcpSegment(
  from: number,
  to: number,
  sequence: number,
  flags: number,
  payload: Uint8Array,
  acknowledgment = 0,
): Uint8Array {
  return join(
    be16(from),
    be16(to),
    be32(sequence),
    be32(acknowledgment),
    Uint8Array.of(0x50, flags, 0xff, 0xff, 0, 0, 0, 0),
    payload,
  );
}

export function ipv4(
  source: string,
  destination: string,
  protocol: number,
  payload: Uint8Array,
  fragment: { id: number; offset: number; more: boolean } = { id: 1, offset: 0, more: false },
): Uint8Array {
  return join(
    Uint8Array.of(0x45, 0),
    be16(20 + payload.length),
    be16(fragment.id),
    be16((fragment.more ? 0x2000 : 0) | (fragment.offset / 8)),
    Uint8Array.of(64, protocol, 0, 0),
    ipv4ToBytes(source as Ipv4Address),
    ipv4ToBytes(destination as Ipv4Address),
    payload,
  );
}

export function ethernet(payload: Uint8Array, tags: readonly (readonly [number, number])[] = []): Uint8Array {
  const tagBytes = tags.map(([type, vlan]) => join(be16(type), be16(vlan)));
  return join(macToBytes(SERVER_MAC), macToBytes(CLIENT_MAC), ...tagBytes, be16(0x0800), payload);
}

/** A classic pcap file with the frames, one second apart. */
export function pcapFile(
  frames: readonly Uint8Array[],
  options: { little?: boolean; nanos?: boolean; linkType?: number } = {},
): Uint8Array {
  const little = options.little ?? true;
  const word = (value: number): Uint8Array => (little ? be32(value).reverse() : be32(value));
  const half = (value: number): Uint8Array => (little ? be16(value).reverse() : be16(value));
  const magic = options.nanos === true ? 0xa1b23c4d : 0xa1b2c3d4;
  return join(
    word(magic),
    half(2),
    half(4),
    word(0),
    word(0),
    word(262144),
    word(options.linkType ?? 1),
    ...frames.flatMap((frame, i) => [
      word(1_700_000_000 + i),
      word(options.nanos === true ? 123_456_789 : 123_456),
      word(frame.length),
      word(frame.length),
      frame,
    ]),
  );
}

/** The bytes in chunks of the given size. */
export async function* chunked(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
