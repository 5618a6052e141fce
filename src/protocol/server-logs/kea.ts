import { complaintOfKea } from './server-problems.ts';
import { parseIpv4, parseMac } from '../addresses.ts';
import { NOTE, type DhcpLogMessage, type ServerLogEvent } from './server-log-event.ts';

const LINE =
  /^(?:(?:[A-Z]+ +)?(?:\[[^\]]+\] )?)([A-Z][A-Z0-9]*_[A-Z0-9_]+)\b ?(?:.*?\[hwtype=\d+ ([0-9a-f:]{17})\])?(.*)$/;
/** how DHCP4_PACKET_SEND_FAIL ends, where its lines were broken */
const SOCKETS = /suitable IPv4 sockets open/;
/** what its DHCP4_PACKET_NAK_0001 says: no refusal of an address, nobody in this network is answered */
const NO_SUBNET = /failed to select a subnet/;
const VENDOR_CLASS = /VENDOR_CLASS_((?:PXE|HTTP)Client[^\s,]*)/;

/** Messages that say what became of a packet; all others repeat it in steps. */
const MESSAGES: readonly (readonly [RegExp, DhcpLogMessage])[] = [
  [/^DHCP4_LEASE_(?:ADVERT|OFFER)$/, 'offer'],
  [/^DHCP4_LEASE_ALLOC$/, 'ack'],
  [/^DHCP4_PACKET_NAK_\d+$/, 'nak'],
  [/^DHCP4_CLASS(?:ES)?_ASSIGNED$/, 'class'],
  [/^DHCP4_DECLINE_LEASE$/, 'decline'],
  [/^DHCP4_RELEASE$/, 'release'],
  [/^(?:ALLOC_ENGINE_V4_ALLOC_FAIL\w*|DHCP4_(?:SUBNET_SELECTION_FAILED|PACKET_DROP_\d+))$/, 'refused'],
];

/** A line of Kea's DHCPv4 server. */
export function parseKea(message: string): ServerLogEvent {
  const found = LINE.exec(message);
  const mac = parseMac(found?.[2] ?? '');
  const kind = MESSAGES.find(([pattern]) => pattern.test(found?.[1] ?? ''))?.[1];
  if (!found) return SOCKETS.test(message) ? complaintOfKea('', message) : NOTE;
  if (mac === undefined || kind === undefined || NO_SUBNET.test(found[3] ?? ''))
    return complaintOfKea(found[1] ?? '', found[3] ?? '');
  const rest = found[3] ?? '';
  const address = parseIpv4(/(?:lease|address) (\d+(?:\.\d+){3})/.exec(rest)?.[1] ?? '');
  const vendorClass = VENDOR_CLASS.exec(rest)?.[1];
  if (kind === 'class' && vendorClass === undefined) return NOTE;
  return {
    kind: 'dhcp',
    message: kind,
    mac,
    ...(address === undefined ? {} : { address }),
    ...(vendorClass === undefined ? {} : { vendorClass }),
    ...(kind === 'refused' ? { remark: rest.replace(/^.*?: /, '') } : {}),
  };
}
