import { optionData, type DhcpPacket } from '../dhcp-packet.ts';
import { DHCP_OPTION } from '../option-codes.ts';
import { textOf } from './text-options.ts';

/**
 * Option 77 as a list of classes. RFC 3004 puts a length before each; iPXE and others send bare ASCII, which is taken
 * as one class. Empty when the option is missing.
 */
export function readUserClasses(packet: DhcpPacket): readonly string[] {
  const data = optionData(packet, DHCP_OPTION.userClass);
  if (data === undefined || data.length === 0) return [];
  return lengthPrefixed(data) ?? [textOf(data)];
}

function lengthPrefixed(data: Uint8Array): readonly string[] | undefined {
  const classes: string[] = [];
  let offset = 0;
  while (offset < data.length) {
    const length = data[offset] ?? 0;
    if (length === 0 || offset + 1 + length > data.length) return undefined;
    classes.push(textOf(data.subarray(offset + 1, offset + 1 + length)));
    offset += 1 + length;
  }
  return classes;
}
