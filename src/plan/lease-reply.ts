import type { BootAnswer } from '../model/boot-plan.ts';
import {
  ipv4FromNumber,
  ipv4ToNumber,
  netmaskOf,
  UNSPECIFIED_IPV4,
  type Ipv4Address,
} from '../protocol/addresses.ts';
import { BOOT_REPLY, MESSAGE_TYPE, type DhcpPacket } from '../protocol/dhcp/dhcp-packet.ts';
import { addressOption } from '../protocol/dhcp/options/address-options.ts';
import { byteOption, uint32Option } from '../protocol/dhcp/options/number-options.ts';
import { textOption } from '../protocol/dhcp/options/text-options.ts';
import { DHCP_OPTION } from '../protocol/dhcp/option-codes.ts';
import { answerHeader, bootOptions, fitToClient, relayOptions } from './dhcp-reply.ts';

/** What every lease of one network says beside its address. */
export interface LeaseTerms {
  readonly server: Ipv4Address;
  readonly prefix: number;
  readonly router?: Ipv4Address;
  readonly nameServers: readonly Ipv4Address[];
  readonly leaseSeconds: number;
}

/** Which lease message: an OFFER of an address or the ACK that gives it. */
export type LeaseMessage = 'offer' | 'ack';

/**
 * A lease with the boot information in it (modes pxe-only and full): one whole answer, which firmware that does not
 * merge two offers takes, and from whose siaddr GRUB fetches its files. Without `answer` it is a plain lease.
 */
export function leaseReply(
  packet: DhcpPacket,
  message: LeaseMessage,
  address: Ipv4Address,
  terms: LeaseTerms,
  answer?: BootAnswer,
): DhcpPacket {
  const header = answer === undefined ? plainHeader(packet) : answerHeader(packet, answer);
  const broadcast = ipv4ToNumber(address) | (~ipv4ToNumber(netmaskOf(terms.prefix)) >>> 0);
  return fitToClient(packet, {
    ...header,
    ciaddr: message === 'ack' ? packet.ciaddr : UNSPECIFIED_IPV4,
    yiaddr: address,
    options: [
      byteOption(DHCP_OPTION.messageType, MESSAGE_TYPE[message]),
      addressOption(DHCP_OPTION.serverId, terms.server),
      uint32Option(DHCP_OPTION.leaseTime, terms.leaseSeconds),
      // T1 and T2 as RFC 2131 §4.4.5 recommends
      uint32Option(DHCP_OPTION.renewalTime, Math.floor(terms.leaseSeconds * 0.5)),
      uint32Option(DHCP_OPTION.rebindingTime, Math.floor(terms.leaseSeconds * 0.875)),
      addressOption(DHCP_OPTION.subnetMask, netmaskOf(terms.prefix)),
      addressOption(DHCP_OPTION.broadcastAddress, ipv4FromNumber(broadcast >>> 0)),
      ...(terms.router === undefined ? [] : [addressOption(DHCP_OPTION.router, terms.router)]),
      ...(terms.nameServers.length === 0
        ? []
        : [addressOption(DHCP_OPTION.dnsServers, ...terms.nameServers.slice(0, 3))]),
      ...(answer === undefined ? relayOptions(packet) : bootOptions(packet, answer)),
    ],
  });
}

/** Tells a client that the address it asks for is not its own; it starts again with a DISCOVER. */
export function refuseLease(packet: DhcpPacket, server: Ipv4Address, reason: string): DhcpPacket {
  return {
    ...plainHeader(packet),
    ciaddr: UNSPECIFIED_IPV4,
    options: [
      byteOption(DHCP_OPTION.messageType, MESSAGE_TYPE.nak),
      addressOption(DHCP_OPTION.serverId, server),
      textOption(DHCP_OPTION.message, reason),
      ...relayOptions(packet),
    ],
  };
}

function plainHeader(packet: DhcpPacket): DhcpPacket {
  return {
    ...packet,
    op: BOOT_REPLY,
    hops: 0,
    secs: 0,
    yiaddr: UNSPECIFIED_IPV4,
    siaddr: UNSPECIFIED_IPV4,
    serverName: '',
    bootFile: '',
    options: [],
  };
}
