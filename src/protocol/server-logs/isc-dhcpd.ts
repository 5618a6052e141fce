import { complaintOf, ISC_COMPLAINTS } from './server-problems.ts';
import { parseIpv4, parseMac } from '../addresses.ts';
import { NOTE, type DhcpLogMessage, type ServerLogEvent } from './server-log-event.ts';

const PACKET =
  /^(?:DHCP|BOOT)(DISCOVER|OFFER|REQUEST|ACK|NAK|INFORM|DECLINE|RELEASE|REPLY) (?:(?:from|on|for|of|to) )?(\S+)(?!\S)(?: \(([^)]*)\))?(?:.*? (?:from|to) ([0-9a-f]{1,2}(?::[0-9a-f]{1,2}){5}))?(?: \([^()]*\))? (?:via|on) ([^\s:]+)(?:: (.*))?/i;
const UNKNOWN_NETWORK = 'unknown network segment';
/** server/dhcp.c: `pinged before offer`, `declined`; the answer to a ping of an address that is leased names no more */
const ABANDONED = /^Abandoning IP address (\d+(?:\.\d+){3}): (.*)/;
/** DNS entries, reports on leases, and what dhcpd writes of itself when it starts. */
const HARMLESS =
  /^(?:unable to (?:add|delete) (?:forward|reverse)|Unable to (?:add|delete)|DDNS|Forward map|Reverse map|uid lease|Dynamic and static leases|Wrote \d|\/\* |If this is not what you want|Reclaiming abandoned lease|.*bad (?:udp|ip) checksums)/i;

/** A line of ISC dhcpd. It names neither the class nor the architecture of a client. */
export function parseIscDhcpd(message: string): ServerLogEvent {
  const found = PACKET.exec(message);
  if (!found || found[6] === UNKNOWN_NETWORK) {
    const abandoned = ABANDONED.exec(message);
    if (abandoned) return { kind: 'abandoned', address: abandoned[1] ?? '', why: abandoned[2] ?? '' };
    return HARMLESS.test(message) ? NOTE : complaintOf(message, ISC_COMPLAINTS);
  }
  const [, verb = '', subject = '', inBrackets = '', other, , remark] = found;
  const mac = parseMac(other ?? '') ?? parseMac(subject);
  if (mac === undefined) return NOTE;
  const address = parseIpv4(subject);
  const server = verb.toUpperCase() === 'REQUEST' ? parseIpv4(inBrackets) : undefined;
  return {
    kind: 'dhcp',
    message: verb.toLowerCase() as DhcpLogMessage,
    mac,
    ...(address === undefined ? {} : { address }),
    ...(server === undefined ? {} : { server }),
    ...(remark === undefined || remark.trim() === '' ? {} : { remark: remark.trim() }),
  };
}
