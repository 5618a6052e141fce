import { complaintOf, NETWORKD_COMPLAINTS } from './server-problems.ts';
import { NOTE, type DhcpLogMessage, type ServerLogEvent } from './server-log-event.ts';

const MESSAGES: Readonly<Record<string, DhcpLogMessage>> = {
  DISCOVER: 'discover',
  OFFER: 'offer',
  REQUEST: 'request',
  ACK: 'ack',
  NAK: 'nak',
  DECLINE: 'decline',
  RELEASE: 'release',
};

/** Whether a line of systemd-networkd is about its DHCP server: most are about the network of its own computer. */
export function isOfDhcpServer(message: string): boolean {
  return /\bDHCPv4 server\b|\bDHCPServer\b/.test(message);
}

/** A line of systemd-networkd's DHCP server (252 to 257). It tells of packets with SYSTEMD_LOG_LEVEL=debug alone, and never of whom. */
export function parseNetworkd(message: string): ServerLogEvent {
  const [, name = '', transaction = ''] =
    /\bDHCPv4 server: ([A-Z]+) (?:\([a-z-]+\) )?\((0x[0-9a-f]+)\)/.exec(message) ?? [];
  const known = MESSAGES[name];
  if (known !== undefined) return { kind: 'transaction', message: known, transaction };
  // the line of its configuration is passed over, and the server runs without it
  if (/\bUnknown (?:key|lvalue)\b/.test(message)) return { kind: 'complaint' };
  return isOfDhcpServer(message) ? complaintOf(message, NETWORKD_COMPLAINTS) : NOTE;
}
