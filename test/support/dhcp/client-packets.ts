import {
  parseIpv4,
  parseMac,
  macToBytes,
  UNSPECIFIED_IPV4,
  type Ipv4Address,
  type MacAddress,
} from '../../../src/protocol/addresses.ts';
import { MESSAGE_TYPE, type DhcpOption, type DhcpPacket } from '../../../src/protocol/dhcp/dhcp-packet.ts';
import { byteOption } from '../../../src/protocol/dhcp/options/number-options.ts';
import { architectureOption } from '../../../src/protocol/dhcp/options/client-architecture.ts';
import { machineIdOption } from '../../../src/protocol/dhcp/options/client-machine-id.ts';
import { textOption } from '../../../src/protocol/dhcp/options/text-options.ts';
import { DHCP_OPTION } from '../../../src/protocol/dhcp/option-codes.ts';

export const ip = (text: string): Ipv4Address => {
  const address = parseIpv4(text);
  if (address === undefined) throw new Error(`no address: ${text}`);
  return address;
};
export const mac = (text: string): MacAddress => {
  const address = parseMac(text);
  if (address === undefined) throw new Error(`no MAC address: ${text}`);
  return address;
};

export const CLIENT_MAC = mac('52:54:00:12:34:56');
export const CLIENT_UUID = '01020304-0506-0708-090a-0b0c0d0e0f10';

export interface ClientPacketOptions {
  readonly type?: keyof typeof MESSAGE_TYPE;
  readonly architectures?: readonly number[];
  /** default: PXEClient with the first architecture; `null` for none */
  readonly vendorClass?: string | null;
  readonly options?: readonly DhcpOption[];
  readonly header?: Partial<DhcpPacket>;
  readonly mac?: MacAddress;
}

/** A request as firmware sends it, with what the test wants to be different. */
export function clientPacket(options: ClientPacketOptions = {}): DhcpPacket {
  const { architectures = [7], type = 'discover' } = options;
  const number = String(architectures[0] ?? 0).padStart(5, '0');
  const vendorClass =
    options.vendorClass === undefined ? `PXEClient:Arch:${number}:UNDI:003016` : options.vendorClass;
  const chaddr = new Uint8Array(16);
  chaddr.set(macToBytes(options.mac ?? CLIENT_MAC));
  return {
    op: 1,
    htype: 1,
    hlen: 6,
    hops: 0,
    xid: 0x11223344,
    secs: 4,
    flags: 0,
    ciaddr: UNSPECIFIED_IPV4,
    yiaddr: UNSPECIFIED_IPV4,
    siaddr: UNSPECIFIED_IPV4,
    giaddr: UNSPECIFIED_IPV4,
    chaddr,
    serverName: '',
    bootFile: '',
    options: [
      byteOption(DHCP_OPTION.messageType, MESSAGE_TYPE[type]),
      ...(vendorClass === null ? [] : [textOption(DHCP_OPTION.vendorClass, vendorClass)]),
      ...(architectures.length === 0 ? [] : [architectureOption(...architectures)]),
      machineIdOption(CLIENT_UUID),
      ...(options.options ?? []),
    ],
    ...options.header,
  };
}
