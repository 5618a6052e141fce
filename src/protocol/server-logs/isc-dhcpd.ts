import { parseIpv4, parseMac } from '../addresses.ts';
import { NOTE, type DhcpLogMessage, type ServerLogEvent } from './server-log-event.ts';

const PACKET =
  /^(?:DHCP|BOOT)(DISCOVER|OFFER|REQUEST|ACK|NAK|INFORM|DECLINE|RELEASE|REPLY) (?:(?:from|on|for|of|to) )?(\S+)(?: \(([^)]*)\))?(?:.*? (?:from|to) ([0-9a-f]{1,2}(?::[0-9a-f]{1,2}){5}))?(?: \([^)]*\))? (?:via|on) ([^\s:]+)(?:: (.*))?/i;
const UNKNOWN_NETWORK = 'unknown network segment';
const NO_RANGE = /^No subnet declaration for (\S+)|from .* via (\S+): unknown network segment/;

/** A line of ISC dhcpd. It names neither the class nor the architecture of a client. */
export function parseIscDhcpd(message: string): ServerLogEvent {
  const found = PACKET.exec(message);
  if (!found || found[6] === UNKNOWN_NETWORK) {
    const range = NO_RANGE.exec(message);
    return range ? { kind: 'no-range', interfaceName: range[1] ?? range[2] ?? '' } : NOTE;
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
