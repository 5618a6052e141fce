import { BROADCAST_IPV4, UNSPECIFIED_IPV4, type Ipv4Address } from '../../protocol/addresses.ts';
import { MESSAGE_TYPE, messageTypeOf, type DhcpPacket } from '../../protocol/dhcp/dhcp-packet.ts';
import type { Received } from './decision.ts';

export interface DhcpPorts {
  /** 67 */
  readonly server: number;
  /** 68 */
  readonly client: number;
  /** 4011 */
  readonly pxe: number;
}

export const STANDARD_PORTS: DhcpPorts = { server: 67, client: 68, pxe: 4011 };

/** Where an answer goes (RFC 2131 §4.1; on 4011 PXE 2.1 §2.2.3: back to where the question came from). */
export function replyDestination(
  received: Received,
  reply: DhcpPacket,
  ports: DhcpPorts = STANDARD_PORTS,
): { readonly address: Ipv4Address; readonly port: number } {
  const { packet, port, source } = received;
  if (port === 4011) {
    // EDK2 asks from port 4011 and iPXE from 68: the port of the question counts, not a fixed one
    if (source.address !== UNSPECIFIED_IPV4) return source;
    if (packet.ciaddr !== UNSPECIFIED_IPV4) return { address: packet.ciaddr, port: source.port };
    return { address: BROADCAST_IPV4, port: ports.client };
  }
  if (packet.giaddr !== UNSPECIFIED_IPV4) return { address: packet.giaddr, port: ports.server };
  const isNak = messageTypeOf(reply) === MESSAGE_TYPE.nak;
  if (packet.ciaddr !== UNSPECIFIED_IPV4 && reply.ciaddr !== UNSPECIFIED_IPV4 && !isNak) {
    return { address: packet.ciaddr, port: ports.client };
  }
  // unicast to an address that is not configured yet would need ARP for it: every client takes the broadcast
  return { address: BROADCAST_IPV4, port: ports.client };
}
