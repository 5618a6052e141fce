import type { Ipv4Address, MacAddress } from '../protocol/addresses.ts';

/** What a DHCP packet says about the client that sent it. */
export interface ClientFacts {
  readonly mac: MacAddress;
  /** option 97 as canonical lower-case text, in the byte order of the wire */
  readonly uuid?: string;
  /** option 93, or the number in the vendor class when option 93 is missing */
  readonly architectures: readonly number[];
  /** option 60 */
  readonly vendorClass?: string;
  /** option 77, as raw text: iPXE sends bare ASCII and not the RFC 3004 form */
  readonly userClass?: string;
  /** user class `iPXE` or option 175 */
  readonly isIpxe: boolean;
  /** an address of the network that a relay asks for; none on our own link */
  readonly linkAddress?: Ipv4Address;
  /** relay agent address, 0.0.0.0 when the client is on this link */
  readonly relayAddress: Ipv4Address;
  /** the client's own address when it already has one */
  readonly clientAddress: Ipv4Address;
  readonly interfaceName?: string;
}
