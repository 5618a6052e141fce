import { optionData, type DhcpOption, type DhcpPacket } from '../dhcp-packet.ts';
import { DHCP_OPTION } from '../option-codes.ts';

/** Option 93: one or more 16-bit architecture types, the preferred one first (RFC 4578 §2.1). */
export function architectureOption(...architectures: readonly number[]): DhcpOption {
  const data = Uint8Array.from(architectures.flatMap((value) => [value >>> 8, value & 0xff]));
  return { code: DHCP_OPTION.clientArchitecture, data };
}

/** The list of option 93; empty when it is missing. An odd last byte is left out. */
export function readArchitectures(packet: DhcpPacket): readonly number[] {
  const data = optionData(packet, DHCP_OPTION.clientArchitecture) ?? new Uint8Array();
  const list: number[] = [];
  for (let offset = 0; offset + 1 < data.length; offset += 2) {
    list.push(((data[offset] ?? 0) << 8) | (data[offset + 1] ?? 0));
  }
  return list;
}
