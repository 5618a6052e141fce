import type { BootAnswer } from '../model/boot-plan.ts';
import type { Firmware } from '../model/firmware.ts';
import { UNSPECIFIED_IPV4, type Ipv4Address } from '../protocol/addresses.ts';
import {
  BOOT_FILE_BYTES,
  BOOT_REPLY,
  BROADCAST_FLAG,
  MESSAGE_TYPE,
  optionData,
  SERVER_NAME_BYTES,
  type DhcpOption,
  type DhcpPacket,
} from '../protocol/dhcp/dhcp-packet.ts';
import { encodedSize } from '../protocol/dhcp/encode-dhcp.ts';
import { addressOption } from '../protocol/dhcp/options/address-options.ts';
import { byteOption, readNumber } from '../protocol/dhcp/options/number-options.ts';
import { textOption } from '../protocol/dhcp/options/text-options.ts';
import { DHCP_OPTION } from '../protocol/dhcp/option-codes.ts';
import { decodeOption43, encodeOption43 } from '../protocol/pxe/option43.ts';
import { ProtocolError } from '../protocol/protocol-error.ts';

/** what every client can take, IP and UDP headers included (RFC 2132 §9.10) */
const DEFAULT_MAX_MESSAGE = 576;
const IP_AND_UDP_BYTES = 28;
/** firmware that reads option 43 as PXE means it; for UEFI a stray option 43 is what PXE-E21 is made of */
const READS_OPTION43: ReadonlySet<Firmware> = new Set(['bios', 'ipxe', 'raspberry-pi']);

/**
 * The proxyDHCP answer to a client: an OFFER to what came in on port 67, an ACK to what came in on 4011 (PXE 2.1 §2.2.3,
 * RFC 4578). It never carries an address, so the router's lease stays the only one. Where it goes is the sender's business.
 */
export function replyTo(
  packet: DhcpPacket,
  plan: BootAnswer,
  port: 67 | 4011,
  server: Ipv4Address,
): DhcpPacket {
  const isOffer = port === 67;
  const type = isOffer ? MESSAGE_TYPE.offer : MESSAGE_TYPE.ack;
  return fitToClient(packet, {
    ...answerHeader(packet, plan),
    // the client has no address yet; firmware drops a unicast answer to an address that it did not take
    flags: isOffer ? packet.flags | BROADCAST_FLAG : packet.flags,
    ciaddr: isOffer ? UNSPECIFIED_IPV4 : packet.ciaddr,
    yiaddr: UNSPECIFIED_IPV4,
    options: [
      byteOption(DHCP_OPTION.messageType, type),
      addressOption(DHCP_OPTION.serverId, server),
      ...bootOptions(packet, plan),
    ],
  });
}

/** Header of an answer with the boot fields of the plan; addresses and flags still as the client sent them. */
export function answerHeader(packet: DhcpPacket, plan: BootAnswer): DhcpPacket {
  const { nextServer, serverName, bootFile } = plan.offer;
  return {
    ...packet,
    op: BOOT_REPLY,
    hops: 0,
    secs: 0,
    siaddr: nextServer,
    serverName: serverName.slice(0, SERVER_NAME_BYTES - 1),
    // a header field that holds only a part of the name would be worse than an empty one: option 67 has the whole
    bootFile: fitsHeader(bootFile) ? bootFile : '',
    options: [],
  };
}

/** Options 60, 97, 43, 67 and 82 as the client and the plan ask for them. */
export function bootOptions(packet: DhcpPacket, plan: BootAnswer): readonly DhcpOption[] {
  const options: DhcpOption[] = [textOption(DHCP_OPTION.vendorClass, plan.offer.vendorClass)];
  const machineId = optionData(packet, DHCP_OPTION.clientMachineId);
  if (machineId !== undefined) options.push({ code: DHCP_OPTION.clientMachineId, data: machineId });
  const pxeOptions = pxeOptionsFor(packet, plan);
  if (pxeOptions !== undefined) options.push({ code: DHCP_OPTION.vendorSpecific, data: pxeOptions });
  if (!fitsHeader(plan.offer.bootFile)) {
    options.push(textOption(DHCP_OPTION.bootFileName, plan.offer.bootFile));
  }
  return [...options, ...relayOptions(packet)];
}

/** Option 82 goes back to the relay as it came, and last (RFC 3046 §2.2). */
export function relayOptions(packet: DhcpPacket): readonly DhcpOption[] {
  const data = optionData(packet, DHCP_OPTION.relayAgentInformation);
  return data === undefined ? [] : [{ code: DHCP_OPTION.relayAgentInformation, data }];
}

/**
 * Leaves options out, the least needed first, until the answer fits what the client takes (option 57; firmware drops
 * a longer one). The boot file is never left out.
 */
export function fitToClient(packet: DhcpPacket, reply: DhcpPacket): DhcpPacket {
  const asked = readNumber(packet, DHCP_OPTION.maxMessageSize) ?? DEFAULT_MAX_MESSAGE;
  const limit = Math.max(asked, DEFAULT_MAX_MESSAGE) - IP_AND_UDP_BYTES;
  let fitted = reply;
  for (const code of [DHCP_OPTION.clientMachineId, DHCP_OPTION.relayAgentInformation]) {
    if (encodedSize(fitted) <= limit) break;
    fitted = { ...fitted, options: fitted.options.filter((option) => option.code !== code) };
  }
  return fitted;
}

function fitsHeader(bootFile: string): boolean {
  return bootFile.length < BOOT_FILE_BYTES;
}

function pxeOptionsFor(packet: DhcpPacket, plan: BootAnswer): Uint8Array | undefined {
  if (plan.offer.option43 === undefined || !READS_OPTION43.has(plan.firmware)) return undefined;
  const bootItem = bootItemOf(packet);
  // a ROM that chose an item of a boot menu takes only an answer that names it (PXE 2.1 §2.2.5)
  return bootItem === undefined ? plan.offer.option43 : encodeOption43({ bootItem, others: [] });
}

function bootItemOf(packet: DhcpPacket): { readonly type: number; readonly layer: number } | undefined {
  const data = optionData(packet, DHCP_OPTION.vendorSpecific);
  if (data === undefined) return undefined;
  try {
    return decodeOption43(data).bootItem;
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
