import { macFromBytes, type Ipv4Address, type MacAddress } from '../addresses.ts';
import { DHCP_OPTION } from './option-codes.ts';

/** One option: its code and its whole value, several instances joined (RFC 3396). */
export interface DhcpOption {
  readonly code: number;
  readonly data: Uint8Array;
}

/** A DHCP message (RFC 2131 §2). Options that are not known here are kept byte for byte and in order. */
export interface DhcpPacket {
  /** 1 from a client, 2 from a server */
  readonly op: number;
  readonly htype: number;
  readonly hlen: number;
  readonly hops: number;
  readonly xid: number;
  readonly secs: number;
  readonly flags: number;
  readonly ciaddr: Ipv4Address;
  readonly yiaddr: Ipv4Address;
  readonly siaddr: Ipv4Address;
  readonly giaddr: Ipv4Address;
  /** the whole field, 16 bytes */
  readonly chaddr: Uint8Array;
  /** header `sname` up to its first NUL, one character a byte; empty when option 52 put options there */
  readonly serverName: string;
  /** header `file` up to its first NUL, one character a byte; empty when option 52 put options there */
  readonly bootFile: string;
  readonly options: readonly DhcpOption[];
}

export const BOOT_REQUEST = 1;
export const BOOT_REPLY = 2;
/** the client cannot receive unicast yet (RFC 2131 §2, figure 2) */
export const BROADCAST_FLAG = 0x8000;
/** `63 82 53 63` in front of the options (RFC 2131 §3) */
export const MAGIC_COOKIE = 0x63825363;
/** offset of the magic cookie: the length of the BOOTP header */
export const HEADER_BYTES = 236;
export const SERVER_NAME_OFFSET = 44;
export const SERVER_NAME_BYTES = 64;
export const BOOT_FILE_OFFSET = 108;
export const BOOT_FILE_BYTES = 128;
export const CHADDR_BYTES = 16;

/** DHCP message types, option 53 (RFC 2132 §9.6). */
export const MESSAGE_TYPE = {
  discover: 1,
  offer: 2,
  request: 3,
  decline: 4,
  ack: 5,
  nak: 6,
  release: 7,
  inform: 8,
} as const;

const MESSAGE_NAMES = ['', 'DISCOVER', 'OFFER', 'REQUEST', 'DECLINE', 'ACK', 'NAK', 'RELEASE', 'INFORM'];

/** The value of an option, or undefined when the packet does not carry it. */
export function optionData(packet: DhcpPacket, code: number): Uint8Array | undefined {
  for (const option of packet.options) if (option.code === code) return option.data;
  return undefined;
}

/** Option 53, or undefined for plain BOOTP. */
export function messageTypeOf(packet: DhcpPacket): number | undefined {
  return optionData(packet, DHCP_OPTION.messageType)?.[0];
}

/** `DISCOVER`, `ACK`, … or `BOOTP` without option 53, or `type 42`. */
export function messageNameOf(packet: DhcpPacket): string {
  const type = messageTypeOf(packet);
  if (type === undefined) return 'BOOTP';
  return MESSAGE_NAMES[type] || `type ${type}`;
}

/** The client's MAC address; undefined when the hardware address is not an Ethernet one. */
export function macOf(packet: DhcpPacket): MacAddress | undefined {
  return packet.hlen === 6 ? macFromBytes(packet.chaddr) : undefined;
}
