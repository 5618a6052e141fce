import { optionData, type DhcpOption, type DhcpPacket } from '../dhcp-packet.ts';

/** An option with one byte: 53. */
export function byteOption(code: number, value: number): DhcpOption {
  return { code, data: Uint8Array.of(value) };
}

/** An option with an unsigned 16-bit number: 57. */
export function uint16Option(code: number, value: number): DhcpOption {
  return { code, data: Uint8Array.of(value >>> 8, value & 0xff) };
}

/** An option with an unsigned 32-bit number: 51, 58, 59 (seconds). */
export function uint32Option(code: number, value: number): DhcpOption {
  return {
    code,
    data: Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff),
  };
}

/** An unsigned big-endian number of 1, 2 or 4 bytes; undefined when missing or of another length. */
export function readNumber(packet: DhcpPacket, code: number): number | undefined {
  const data = optionData(packet, code);
  if (data === undefined || ![1, 2, 4].includes(data.length)) return undefined;
  return data.reduce((sum, byte) => sum * 256 + byte, 0);
}
