import { ipv4FromBytes, type Ipv4Address } from '../../addresses.ts';
import { ProtocolError } from '../../protocol-error.ts';
import { optionData, type DhcpOption, type DhcpPacket } from '../dhcp-packet.ts';
import { DHCP_OPTION } from '../option-codes.ts';

/** sub-option 5 of option 82 (RFC 3527) */
const LINK_SELECTION = 5;

/**
 * Code, length, value triples inside one option: 82 (RFC 3046 §2.0) and 175 (iPXE). Unlike options of the packet
 * they know no pad and no end.
 * @throws ProtocolError with the offset inside the option
 */
export function decodeEncapsulated(data: Uint8Array, protocol: string): readonly DhcpOption[] {
  const list: DhcpOption[] = [];
  let offset = 0;
  while (offset < data.length) {
    const code = data[offset] ?? 0;
    const length = data[offset + 1];
    if (length === undefined) throw new ProtocolError(protocol, offset, `sub-option ${code} has no length`);
    const next = offset + 2 + length;
    if (next > data.length) {
      const left = data.length - offset - 2;
      throw new ProtocolError(protocol, offset, `sub-option ${code} says ${length} bytes, ${left} are left`);
    }
    list.push({ code, data: Uint8Array.from(data.subarray(offset + 2, next)) });
    offset = next;
  }
  return list;
}

/** Sub-options of option 82 that a relay added: 1 circuit id, 2 remote id. Empty when there was no relay. */
export function readRelayAgentInformation(packet: DhcpPacket): readonly DhcpOption[] {
  const data = optionData(packet, DHCP_OPTION.relayAgentInformation);
  return data === undefined ? [] : decodeEncapsulated(data, 'dhcp option 82');
}

/** The network that a relay asks an answer for (RFC 3527); none too when option 82 is broken: it goes back as it came. */
export function readLinkSelection(packet: DhcpPacket): Ipv4Address | undefined {
  const data = optionData(packet, DHCP_OPTION.relayAgentInformation);
  if (data === undefined) return undefined;
  for (let offset = 0; offset + 2 <= data.length; offset += 2 + (data[offset + 1] ?? 0)) {
    if (data[offset] !== LINK_SELECTION || data[offset + 1] !== 4 || offset + 6 > data.length) continue;
    return ipv4FromBytes(data.subarray(offset + 2, offset + 6));
  }
  return undefined;
}

/** Sub-options of option 175 that iPXE sends: its features (for example 19 = HTTP, 36 = EFI) and bus id. */
export function readIpxeFeatures(packet: DhcpPacket): readonly DhcpOption[] {
  const data = optionData(packet, DHCP_OPTION.ipxeEncapsulated);
  return data === undefined ? [] : decodeEncapsulated(data, 'dhcp option 175');
}
