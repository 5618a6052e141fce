import { randomInt } from 'node:crypto';
import { systemCodeOf } from '../model/errors.ts';
import { printable } from '../model/printable.ts';
import { parseIpv4, UNSPECIFIED_IPV4, type Ipv4Address, type MacAddress } from '../protocol/addresses.ts';
import { MESSAGE_TYPE, messageTypeOf, optionData, type DhcpPacket } from '../protocol/dhcp/dhcp-packet.ts';
import { DHCP_OPTION } from '../protocol/dhcp/option-codes.ts';
import { addressOption, readAddress, readAddresses } from '../protocol/dhcp/options/address-options.ts';
import { readText } from '../protocol/dhcp/options/text-options.ts';
import { clientPacket, plainClientPacket } from '../protocol/pxe/client-packet.ts';
import { probeAddresses } from './arp-probe.ts';
import { broadcastToServers, type PxeReply } from './pxe-exchange.ts';

/** The kinds of client that the segment is asked as. */
export type AskedAs = 'plain' | 'bios' | 'uefi-x64';

/** An offer of somebody else. */
export interface OfferSeen {
  readonly askedAs: AskedAs;
  readonly server: Ipv4Address;
  /** the address that it would lease; undefined: boot information only */
  readonly leased?: Ipv4Address;
  readonly bootFile?: string;
  readonly nextServer?: Ipv4Address;
  /** option 60 or 43: it speaks as a boot server */
  readonly isBootServer: boolean;
  /** what its lease names */
  readonly router?: Ipv4Address;
  readonly nameServers?: readonly Ipv4Address[];
}

/** Who else is on the segment. */
export interface SegmentSeen {
  readonly offers: readonly OfferSeen[];
  /** servers that refuse (DHCPNAK) what a client takes from another server */
  readonly refusers: readonly Ipv4Address[];
  /** why nobody was asked for offers */
  readonly notAsked?: string;
  /** who answers for which of the addresses that were asked about */
  readonly users: ReadonlyMap<Ipv4Address, MacAddress>;
}

export interface SegmentLookOptions {
  readonly interfaceName: string;
  readonly localAddress: Ipv4Address;
  /** undefined: an interface without Ethernet, where there is no ARP */
  readonly localMac?: MacAddress;
  readonly otherOwnMacs: readonly MacAddress[];
  /** the client that it asks as; one for all kinds, so that a server that pings first does so once */
  readonly clientMac: MacAddress;
  /** addresses that nobody else should use */
  readonly addresses: readonly Ipv4Address[];
  readonly waitMs: number;
  /** an address that we would lease: servers are asked whether they refuse it to a client that takes it from another */
  readonly leasedHere?: Ipv4Address;
  /** how long more leases are waited for after the first; absent: to the end */
  readonly afterLeaseMs?: number;
}

const PXE_CLIENTS = [
  ['bios', 0],
  ['uefi-x64', 7],
] as const;
/** RFC 5737: for documentation, so no server has it. */
const NOBODYS_ADDRESS = parseIpv4('192.0.2.1')!;
const NOBODY = { offers: [], refusers: [] } as const;
/** Boot servers that lease nothing have nothing to ping: they answer at once. */
const BOOT_OFFER_WAIT_MS = 2_000;

/**
 * Asks the segment as a plain client, as a BIOS and as a UEFI client, and for the addresses by ARP, all at once.
 * What is sent, each once and once more, is DISCOVER, and a REQUEST to a server that is not here: no server keeps a lease
 * for it. Answers of this machine's own address are left out.
 */
export async function lookAtSegment(options: SegmentLookOptions): Promise<SegmentSeen> {
  const { interfaceName, localMac, otherOwnMacs, addresses } = options;
  const waitMs = Math.min(options.waitMs, BOOT_OFFER_WAIT_MS);
  const [users, asked] = await Promise.all([
    localMac === undefined
      ? new Map<Ipv4Address, MacAddress>()
      : probeAddresses({ interfaceName, localMac, otherOwnMacs, addresses, waitMs }),
    askForOffers(options),
  ]);
  return { users, ...asked };
}

async function askForOffers(options: SegmentLookOptions): Promise<Omit<SegmentSeen, 'users'>> {
  const { clientMac: mac, localAddress, waitMs, afterLeaseMs } = options;
  const ask = async (askedAs: AskedAs, packet: DhcpPacket, forMs: number): Promise<OfferSeen[]> => {
    const isForeign = ({ from, packet: reply }: PxeReply): boolean =>
      from.address !== localAddress && messageTypeOf(reply) === MESSAGE_TYPE.offer;
    const isEnough = (reply: PxeReply): boolean =>
      askedAs === 'plain' &&
      afterLeaseMs !== undefined &&
      isForeign(reply) &&
      reply.packet.yiaddr !== UNSPECIFIED_IPV4;
    const linger = afterLeaseMs === undefined ? {} : { lingerMs: afterLeaseMs };
    const replies = await broadcastToServers({ localAddress, packet, waitMs: forMs, isEnough, ...linger });
    return withoutRepeats(replies.filter(isForeign).map((reply) => readOffer(askedAs, reply)));
  };
  const header = () => ({ messageType: MESSAGE_TYPE.discover, xid: randomInt(1, 0x1_0000_0000) });
  const refusing = askForRefusals(options);
  // its errors are those of the offers
  refusing.catch(() => undefined);
  try {
    const offers = await Promise.all([
      ask('plain', plainClientPacket(mac, header()), waitMs),
      ...PXE_CLIENTS.map(([askedAs, architecture]) =>
        ask(
          askedAs,
          clientPacket({ mac, architectures: [architecture] }, header()),
          Math.min(waitMs, BOOT_OFFER_WAIT_MS),
        ),
      ),
    ]);
    return { offers: offers.flat(), refusers: await refusing };
  } catch (error) {
    switch (systemCodeOf(error)) {
      case 'EADDRINUSE':
        return { ...NOBODY, notAsked: 'a DHCP client of this machine holds port 68' };
      case 'EACCES':
      case 'EPERM':
        return { ...NOBODY, notAsked: 'port 68 needs root' };
      case 'EADDRNOTAVAIL':
        return { ...NOBODY, notAsked: `this machine does not have the address ${localAddress}` };
      default:
        throw error;
    }
  }
}

/**
 * RFC 2131 §4.3.2: a REQUEST that names another server is none of a server's business. An authoritative dnsmasq (OpenWrt's
 * default) refuses it all the same, and a client that hears that before our answer starts again.
 */
async function askForRefusals(options: SegmentLookOptions): Promise<readonly Ipv4Address[]> {
  const { clientMac, localAddress, leasedHere, waitMs } = options;
  if (leasedHere === undefined) return [];
  const packet = plainClientPacket(clientMac, {
    messageType: MESSAGE_TYPE.request,
    xid: randomInt(1, 0x1_0000_0000),
    extraOptions: [
      addressOption(DHCP_OPTION.serverId, NOBODYS_ADDRESS),
      addressOption(DHCP_OPTION.requestedAddress, leasedHere),
    ],
  });
  const isRefusal = ({ from, packet: reply }: PxeReply): boolean =>
    from.address !== localAddress && messageTypeOf(reply) === MESSAGE_TYPE.nak;
  const forMs = Math.min(waitMs, BOOT_OFFER_WAIT_MS);
  const replies = await broadcastToServers({ localAddress, packet, waitMs: forMs, isEnough: isRefusal });
  return [...new Set(replies.filter(isRefusal).map(({ from }) => from.address))];
}

function readOffer(askedAs: AskedAs, { packet, from }: PxeReply): OfferSeen {
  const bootFile = packet.bootFile || readText(packet, DHCP_OPTION.bootFileName) || '';
  const vendorClass = readText(packet, DHCP_OPTION.vendorClass) ?? '';
  const isPxe =
    /^(?:PXE|HTTP)Client/.test(vendorClass) || optionData(packet, DHCP_OPTION.vendorSpecific) !== undefined;
  const router = readAddress(packet, DHCP_OPTION.router);
  const nameServers = readAddresses(packet, DHCP_OPTION.dnsServers);
  return {
    askedAs,
    server: readAddress(packet, DHCP_OPTION.serverId) ?? from.address,
    ...(packet.yiaddr === UNSPECIFIED_IPV4 ? {} : { leased: packet.yiaddr }),
    ...(bootFile === '' ? {} : { bootFile: printable(bootFile) }),
    ...(packet.siaddr === UNSPECIFIED_IPV4 ? {} : { nextServer: packet.siaddr }),
    isBootServer: askedAs !== 'plain' && isPxe,
    ...(router === undefined ? {} : { router }),
    ...(nameServers.length === 0 ? {} : { nameServers }),
  };
}

/** The answer to the repeated DISCOVER counts once. */
function withoutRepeats(offers: readonly OfferSeen[]): OfferSeen[] {
  const byText = new Map(offers.map((offer) => [JSON.stringify(offer), offer]));
  return [...byText.values()];
}
