import { readFileSync } from 'node:fs';

export interface CapturedPacket {
  /** counted from 1, as tshark does */
  readonly frame: number;
  readonly destinationPort: number;
  /** what UDP carries */
  readonly payload: Uint8Array;
}

const ETHERNET_BYTES = 14;
const UDP_BYTES = 8;

/** The UDP payloads of a classic little-endian pcap file that holds nothing but UDP over IPv4 over Ethernet. */
export function readCapturedPackets(path: string | URL): readonly CapturedPacket[] {
  const file = readFileSync(path);
  if (file.readUInt32LE(0) !== 0xa1b2c3d4) throw new Error(`${String(path)} is no classic pcap file`);
  const packets: CapturedPacket[] = [];
  let offset = 24;
  while (offset < file.length) {
    const size = file.readUInt32LE(offset + 8);
    const frame = file.subarray(offset + 16, offset + 16 + size);
    const udp = frame.subarray(ETHERNET_BYTES + ((frame[ETHERNET_BYTES] ?? 0) & 15) * 4);
    const payload = udp.subarray(UDP_BYTES, udp.readUInt16BE(4));
    packets.push({ frame: packets.length + 1, destinationPort: udp.readUInt16BE(2), payload });
    offset += 16 + size;
  }
  return packets;
}
