import type { ClientFacts } from '../model/client-facts.ts';
import { macFromBytes, UNSPECIFIED_IPV4, type Ipv4Address } from '../protocol/addresses.ts';
import { optionData, type DhcpPacket } from '../protocol/dhcp/dhcp-packet.ts';
import { readAddress } from '../protocol/dhcp/options/address-options.ts';
import { readArchitectures } from '../protocol/dhcp/options/client-architecture.ts';
import { readLinkSelection } from '../protocol/dhcp/options/encapsulated-options.ts';
import { readMachineId } from '../protocol/dhcp/options/client-machine-id.ts';
import { readText } from '../protocol/dhcp/options/text-options.ts';
import { readUserClasses } from '../protocol/dhcp/options/user-class.ts';
import { DHCP_OPTION } from '../protocol/dhcp/option-codes.ts';
import { parseVendorClass } from '../protocol/pxe/vendor-class.ts';

/** user class that iPXE sends in every DHCP request */
const IPXE_USER_CLASS = 'iPXE';

/** What a client's DHCP packet says about it. Never throws: a missing option is a missing fact. */
export function clientFactsOf(packet: DhcpPacket, interfaceName?: string): ClientFacts {
  const uuid = readMachineId(packet);
  const vendorClass = readText(packet, DHCP_OPTION.vendorClass);
  const userClasses = readUserClasses(packet);
  const isIpxe =
    userClasses.includes(IPXE_USER_CLASS) || optionData(packet, DHCP_OPTION.ipxeEncapsulated) !== undefined;
  const link = askedNetwork(packet);
  return {
    mac: macFromBytes(packet.chaddr),
    ...(uuid === undefined ? {} : { uuid }),
    architectures: architecturesOf(packet, vendorClass),
    ...(vendorClass === undefined ? {} : { vendorClass }),
    ...(userClasses.length === 0 ? {} : { userClass: userClasses.join(' ') }),
    isIpxe,
    ...(link === undefined ? {} : { linkAddress: link }),
    relayAddress: packet.giaddr,
    clientAddress: packet.ciaddr,
    ...(interfaceName === undefined ? {} : { interfaceName }),
  };
}

/** Option 93, else the number in the vendor class (some BIOS ROMs and iPXE builds leave option 93 out). */
function architecturesOf(packet: DhcpPacket, vendorClass: string | undefined): readonly number[] {
  const list = readArchitectures(packet);
  if (list.length > 0) return list;
  const fromVendorClass = parseVendorClass(vendorClass ?? '')?.architecture;
  return fromVendorClass === undefined ? [] : [fromVendorClass];
}

/** An address of the network that a relay asks for: option 82.5 (RFC 3527), option 118 (RFC 3011), else the relay's own. */
function askedNetwork(packet: DhcpPacket): Ipv4Address | undefined {
  const selected = readLinkSelection(packet) ?? readAddress(packet, DHCP_OPTION.subnetSelection);
  if (selected !== undefined && selected !== UNSPECIFIED_IPV4) return selected;
  return packet.giaddr === UNSPECIFIED_IPV4 ? undefined : packet.giaddr;
}
