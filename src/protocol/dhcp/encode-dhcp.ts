import { ipv4ToBytes } from '../addresses.ts';
import {
  BOOT_FILE_BYTES,
  BOOT_FILE_OFFSET,
  CHADDR_BYTES,
  HEADER_BYTES,
  MAGIC_COOKIE,
  SERVER_NAME_BYTES,
  SERVER_NAME_OFFSET,
  type DhcpOption,
  type DhcpPacket,
} from './dhcp-packet.ts';
import { DHCP_OPTION } from './option-codes.ts';

/** BOOTP relays and old ROMs drop anything shorter (RFC 1542 §2.1). */
export const MIN_MESSAGE_BYTES = 300;
const MAX_INSTANCE_BYTES = 255;

/**
 * Writes a DHCP message, padded to 300 bytes. Values above 255 bytes become several instances (RFC 3396).
 * @throws RangeError when a header field does not fit: that is a bug of the caller
 */
export function encodeDhcp(packet: DhcpPacket): Uint8Array {
  const bytes = new Uint8Array(Math.max(MIN_MESSAGE_BYTES, encodedSize(packet)));
  const view = new DataView(bytes.buffer);
  bytes[0] = packet.op;
  bytes[1] = packet.htype;
  bytes[2] = packet.hlen;
  bytes[3] = packet.hops;
  view.setUint32(4, packet.xid);
  view.setUint16(8, packet.secs);
  view.setUint16(10, packet.flags);
  bytes.set(ipv4ToBytes(packet.ciaddr), 12);
  bytes.set(ipv4ToBytes(packet.yiaddr), 16);
  bytes.set(ipv4ToBytes(packet.siaddr), 20);
  bytes.set(ipv4ToBytes(packet.giaddr), 24);
  if (packet.chaddr.length > CHADDR_BYTES) throw new RangeError(`chaddr of ${packet.chaddr.length} bytes`);
  bytes.set(packet.chaddr, 28);
  writeText(bytes, SERVER_NAME_OFFSET, SERVER_NAME_BYTES, 'sname', packet.serverName);
  writeText(bytes, BOOT_FILE_OFFSET, BOOT_FILE_BYTES, 'file', packet.bootFile);
  view.setUint32(HEADER_BYTES, MAGIC_COOKIE);
  let offset = HEADER_BYTES + 4;
  for (const option of packet.options) offset = writeOption(bytes, offset, option);
  bytes[offset] = DHCP_OPTION.end;
  return bytes;
}

/** The length of the message up to its end option, before padding. */
export function encodedSize(packet: DhcpPacket): number {
  let size = HEADER_BYTES + 4 + 1;
  for (const { data } of packet.options) {
    size += data.length + 2 * Math.max(1, Math.ceil(data.length / MAX_INSTANCE_BYTES));
  }
  return size;
}

function writeOption(bytes: Uint8Array, start: number, option: DhcpOption): number {
  let offset = start;
  let written = 0;
  do {
    const chunk = option.data.subarray(written, written + MAX_INSTANCE_BYTES);
    bytes[offset] = option.code;
    bytes[offset + 1] = chunk.length;
    bytes.set(chunk, offset + 2);
    offset += 2 + chunk.length;
    written += chunk.length;
  } while (written < option.data.length);
  return offset;
}

function writeText(bytes: Uint8Array, start: number, size: number, field: string, text: string): void {
  if (text.length > size) throw new RangeError(`${field} holds ${size} bytes, not ${text.length}: ${text}`);
  for (let index = 0; index < text.length; index += 1) bytes[start + index] = text.charCodeAt(index) & 0xff;
}
