import type { EventDetail, NewBootEvent } from '../../model/boot-event.ts';
import type { BootAnswer } from '../../model/boot-plan.ts';
import { printable } from '../../model/printable.ts';
import { firmwareOf } from '../../plan/firmware-of.ts';
import { UNSPECIFIED_IPV4, type Ipv4Address } from '../../protocol/addresses.ts';
import { MESSAGE_TYPE, messageTypeOf, type DhcpPacket } from '../../protocol/dhcp/dhcp-packet.ts';
import { readAddress } from '../../protocol/dhcp/options/address-options.ts';
import { DHCP_OPTION } from '../../protocol/dhcp/option-codes.ts';
import type { Ignored, Received } from './decision.ts';

const MAX_CLASS_LENGTH = 120;

/** A client looks for a server. */
export function discoverEvent(received: Received): NewBootEvent {
  return clientEvent('dhcp.discover', received);
}

/** A client chose an offer (67), or asks for its boot file (4011). */
export function requestEvent(received: Received): NewBootEvent {
  const serverId = readAddress(received.packet, DHCP_OPTION.serverId);
  return clientEvent('dhcp.request', received, { serverId });
}

/** What the client was answered; `answer` is missing for a plain lease. */
export function replyEvent(
  received: Received,
  answer: BootAnswer | undefined,
  reply: DhcpPacket,
): NewBootEvent {
  const type = REPLY_TYPES.get(messageTypeOf(reply) ?? 0) ?? 'dhcp.offer';
  const event = clientEvent(type, received, {
    file: answer?.offer.bootFile,
    nextServer: answer?.offer.nextServer,
    loader: answer?.loader,
    stage: answer?.stage,
  });
  return {
    ...event,
    // the plan knows better than the packet: a BIOS whose ROM is iPXE may be served as a BIOS
    ...(answer === undefined ? {} : { firmware: answer.firmware }),
    ...(reply.yiaddr === UNSPECIFIED_IPV4 ? {} : { ip: reply.yiaddr }),
  };
}

/** A packet that gets no answer, and why. */
export function ignoredEvent(received: Received, ignored: Ignored): NewBootEvent {
  return clientEvent('dhcp.ignored', received, { reason: ignored.reason, message: ignored.detail });
}

const REPLY_TYPES = new Map<number, NewBootEvent['type']>([
  [MESSAGE_TYPE.offer, 'dhcp.offer'],
  [MESSAGE_TYPE.ack, 'dhcp.ack'],
  [MESSAGE_TYPE.nak, 'dhcp.nak'],
]);

function clientEvent(type: NewBootEvent['type'], received: Received, detail: EventDetail = {}): NewBootEvent {
  const { packet, facts, port } = received;
  const ip = clientAddressOf(packet);
  return {
    type,
    mac: facts.mac,
    ...(ip === undefined ? {} : { ip }),
    ...(facts.uuid === undefined ? {} : { uuid: facts.uuid }),
    ...(facts.interfaceName === undefined ? {} : { interfaceName: facts.interfaceName }),
    firmware: firmwareOf(facts),
    detail: {
      port,
      xid: packet.xid.toString(16).padStart(8, '0'),
      architectures: facts.architectures.slice(0, 8).join(','),
      vendorClass:
        facts.vendorClass === undefined ? undefined : printable(facts.vendorClass, MAX_CLASS_LENGTH),
      userClass: facts.userClass === undefined ? undefined : printable(facts.userClass, MAX_CLASS_LENGTH),
      relay: packet.giaddr === UNSPECIFIED_IPV4 ? undefined : packet.giaddr,
      ...detail,
    },
  };
}

/** The address that the client has (ciaddr) or is about to take (option 50). */
function clientAddressOf(packet: DhcpPacket): Ipv4Address | undefined {
  if (packet.ciaddr !== UNSPECIFIED_IPV4) return packet.ciaddr;
  return readAddress(packet, DHCP_OPTION.requestedAddress);
}
