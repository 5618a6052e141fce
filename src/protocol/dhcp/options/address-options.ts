import { ipv4FromBytes, ipv4ToBytes, type Ipv4Address } from '../../addresses.ts';
import { optionData, type DhcpOption, type DhcpPacket } from '../dhcp-packet.ts';

/** An option with one or more IPv4 addresses: 1, 3, 6, 28, 50, 54. */
export function addressOption(code: number, ...addresses: readonly Ipv4Address[]): DhcpOption {
  const data = new Uint8Array(addresses.length * 4);
  addresses.forEach((address, index) => data.set(ipv4ToBytes(address), index * 4));
  return { code, data };
}

/** The addresses of an option; empty when it is missing. Bytes that make no whole address are left out. */
export function readAddresses(packet: DhcpPacket, code: number): readonly Ipv4Address[] {
  const data = optionData(packet, code) ?? new Uint8Array();
  const count = Math.floor(data.length / 4);
  return Array.from({ length: count }, (_, index) => ipv4FromBytes(data.subarray(index * 4, index * 4 + 4)));
}

/** The first address of an option, for example the server id (54). */
export function readAddress(packet: DhcpPacket, code: number): Ipv4Address | undefined {
  return readAddresses(packet, code)[0];
}
