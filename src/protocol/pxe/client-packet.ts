import { macToBytes, UNSPECIFIED_IPV4, type Ipv4Address, type MacAddress } from '../addresses.ts';
import {
  BOOT_REQUEST,
  BROADCAST_FLAG,
  CHADDR_BYTES,
  type DhcpOption,
  type DhcpPacket,
} from '../dhcp/dhcp-packet.ts';
import { DHCP_OPTION } from '../dhcp/option-codes.ts';
import { architectureOption } from '../dhcp/options/client-architecture.ts';
import { machineIdOption } from '../dhcp/options/client-machine-id.ts';
import { byteOption, uint16Option } from '../dhcp/options/number-options.ts';
import { textOption } from '../dhcp/options/text-options.ts';

/** What a PXE or HTTP Boot client says about itself. */
export interface PxeClient {
  readonly mac: MacAddress;
  /** 8-4-4-4-12 in wire order */
  readonly uuid?: string;
  /** numbers of option 93 */
  readonly architectures: readonly number[];
  readonly isHttp?: boolean;
  /** a running iPXE: user class `iPXE` and option 175 */
  readonly isIpxe?: boolean;
}

export interface ClientPacketOptions {
  readonly messageType: number;
  readonly xid: number;
  /** the client's own address; what a request to port 4011 carries */
  readonly clientAddress?: Ipv4Address;
  readonly extraOptions?: readonly DhcpOption[];
}

/** What EDK2 asks for, shortened to what we may answer with. */
const REQUESTED_OPTIONS = [1, 3, 6, 43, 54, 60, 66, 67, 97];
/** EDK2's own limit (PxeBcDhcp4) */
const MAX_MESSAGE_BYTES = 1472;

/** The packet that such a client sends: vendor class, architecture, UNDI and UUID as in RFC 4578 §2. */
export function clientPacket(client: PxeClient, options: ClientPacketOptions): DhcpPacket {
  const chaddr = new Uint8Array(CHADDR_BYTES);
  chaddr.set(macToBytes(client.mac));
  const first = client.architectures[0] ?? 0;
  const kind = client.isHttp === true ? 'HTTPClient' : 'PXEClient';
  const hasAddress = options.clientAddress !== undefined;
  return {
    op: BOOT_REQUEST,
    htype: 1,
    hlen: 6,
    hops: 0,
    xid: options.xid,
    secs: 0,
    flags: hasAddress ? 0 : BROADCAST_FLAG,
    ciaddr: options.clientAddress ?? UNSPECIFIED_IPV4,
    yiaddr: UNSPECIFIED_IPV4,
    siaddr: UNSPECIFIED_IPV4,
    giaddr: UNSPECIFIED_IPV4,
    chaddr,
    serverName: '',
    bootFile: '',
    options: [
      byteOption(DHCP_OPTION.messageType, options.messageType),
      uint16Option(DHCP_OPTION.maxMessageSize, MAX_MESSAGE_BYTES),
      { code: DHCP_OPTION.parameterRequestList, data: Uint8Array.from(REQUESTED_OPTIONS) },
      textOption(DHCP_OPTION.vendorClass, `${kind}:Arch:${String(first).padStart(5, '0')}:UNDI:003016`),
      ...(client.isIpxe === true
        ? [
            textOption(DHCP_OPTION.userClass, 'iPXE'),
            // iPXE's feature list: version 1.21.1 and HTTP
            { code: DHCP_OPTION.ipxeEncapsulated, data: Uint8Array.of(0xeb, 3, 1, 21, 1, 0x13, 1, 1) },
          ]
        : []),
      architectureOption(...client.architectures),
      { code: DHCP_OPTION.clientNetworkInterface, data: Uint8Array.of(1, 3, 16) },
      ...(client.uuid === undefined ? [] : [machineIdOption(client.uuid)]),
      ...(options.extraOptions ?? []),
    ],
  };
}

/** What only a network boot client says. */
const BOOT_OPTIONS: readonly number[] = [
  DHCP_OPTION.vendorClass,
  DHCP_OPTION.clientArchitecture,
  DHCP_OPTION.clientNetworkInterface,
];

/** The packet of a client that wants an address and boots from its disk: a laptop, a telephone. */
export function plainClientPacket(mac: MacAddress, options: ClientPacketOptions): DhcpPacket {
  const packet = clientPacket({ mac, architectures: [] }, options);
  return { ...packet, options: packet.options.filter(({ code }) => !BOOT_OPTIONS.includes(code)) };
}
