import { UNSPECIFIED_IPV4 } from '../../protocol/addresses.ts';
import { optionData, type DhcpPacket } from '../../protocol/dhcp/dhcp-packet.ts';
import { DHCP_OPTION } from '../../protocol/dhcp/option-codes.ts';
import { readAddress } from '../../protocol/dhcp/options/address-options.ts';
import { readText } from '../../protocol/dhcp/options/text-options.ts';
import type { UdpDatagram } from '../../protocol/pcap/dissector.ts';
import { bootFileOf, type ReplySeen } from './observation.ts';

const PXE_BOOT_SERVER = 4011;

/** How an answer came: what is needed of a datagram to judge it. */
export type ReplyPath = Pick<UdpDatagram, 'source' | 'sourcePort' | 'timeUs' | 'frameNumber'> &
  Partial<Pick<UdpDatagram, 'destination' | 'destinationPort'>>;

/** What an answer says, as values and as one line. */
export function readReply(datagram: ReplyPath, packet: DhcpPacket, type: ReplySeen['type']): ReplySeen {
  const port = datagram.sourcePort === PXE_BOOT_SERVER ? 4011 : 67;
  const server = readAddress(packet, DHCP_OPTION.serverId) ?? datagram.source;
  const option43 = optionData(packet, DHCP_OPTION.vendorSpecific);
  const optionFile = withoutEnd(readText(packet, DHCP_OPTION.bootFileName));
  const tftpServerName = withoutEnd(readText(packet, DHCP_OPTION.tftpServerName));
  const vendorClass = readText(packet, DHCP_OPTION.vendorClass);
  const isLease = packet.yiaddr !== UNSPECIFIED_IPV4 && port === 67;
  const reply = {
    type,
    port,
    server,
    ...(isLease ? { leasedAddress: packet.yiaddr } : {}),
    ...(packet.siaddr === UNSPECIFIED_IPV4 ? {} : { nextServer: packet.siaddr }),
    ...(packet.bootFile === '' ? {} : { headerFile: packet.bootFile }),
    ...(optionFile === undefined ? {} : { optionFile }),
    ...(tftpServerName === undefined ? {} : { tftpServerName }),
    ...(vendorClass === undefined ? {} : { vendorClass }),
    ...(option43 === undefined
      ? {}
      : { option43: { bytes: option43.slice(), sizeBytes: option43.length, isElided: false } }),
    hasDns: optionData(packet, DHCP_OPTION.dnsServers) !== undefined,
    ...(datagram.destination === undefined ? {} : { destination: datagram.destination }),
    ...(datagram.destinationPort === undefined ? {} : { destinationPort: datagram.destinationPort }),
    timeMs: datagram.timeUs / 1000,
  } as const;
  return { ...reply, evidence: { source: `packet ${datagram.frameNumber}`, text: replyText(reply) } };
}

function replyText(reply: Omit<ReplySeen, 'evidence'>): string {
  const file = bootFileOf({ ...reply, evidence: { source: '', text: '' } });
  const bytes = reply.option43?.bytes;
  return [
    `${reply.type.toUpperCase()} from ${reply.server ?? 'an unknown server'} port ${reply.port}`,
    reply.leasedAddress === undefined ? 'no address' : `address ${reply.leasedAddress}`,
    `next server ${reply.nextServer ?? 'none'}`,
    file === undefined ? 'no boot file' : `boot file ${file}`,
    ...(reply.vendorClass === undefined ? [] : [`class ${reply.vendorClass}`]),
    ...(bytes === undefined ? [] : [`option 43 ${hex(bytes)}`]),
  ].join(', ');
}

function hex(bytes: Uint8Array): string {
  const shown = Array.from(bytes.subarray(0, 24), (byte) => byte.toString(16).padStart(2, '0')).join(':');
  return bytes.length > 24 ? `${shown}…` : shown;
}

function withoutEnd(text: string | undefined): string | undefined {
  const clean = text?.replace(/(?<![\0\xff])[\0\xff]+$/, '');
  return clean === '' ? undefined : clean;
}
