import { optionData, type DhcpPacket } from '../dhcp-packet.ts';
import { DHCP_OPTION } from '../option-codes.ts';

/** Option 94: the kind of network interface and its revision, for example UNDI 3.16 (RFC 4578 §2.2). */
export interface ClientNetworkInterface {
  /** 1 = UNDI */
  readonly type: number;
  readonly major: number;
  readonly minor: number;
}

/** Undefined when the option is missing or not three bytes long. */
export function readNetworkInterface(packet: DhcpPacket): ClientNetworkInterface | undefined {
  const data = optionData(packet, DHCP_OPTION.clientNetworkInterface);
  if (data?.length !== 3) return undefined;
  const [type = 0, major = 0, minor = 0] = data;
  return { type, major, minor };
}
