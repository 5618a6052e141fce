import { readinessMac } from '../../engine/readiness-client.ts';
import type { ChosenInterface } from '../../net/choose-interface.ts';
import { readNameServers } from '../../net/interfaces.ts';
import { lookAtSegment, type OfferSeen } from '../../net/segment-look.ts';
import { networkContains, networkOf, type Ipv4Address } from '../../protocol/addresses.ts';

/** As long as a DHCP server takes that pings an address before it offers it. */
const LOOK_MS = 3_300;

/** What leases of pxe-only and full name beside the address. */
export interface LeaseTerms {
  readonly router?: Ipv4Address;
  /** none: none is known */
  readonly nameServers: readonly Ipv4Address[];
  /** what was seen, one line each */
  readonly found: readonly string[];
}

/** Router and name servers of a network, from this computer's own settings, else from what its DHCP server offers. */
export async function findLeaseTerms(chosen: ChosenInterface): Promise<LeaseTerms> {
  const own = chooseLeaseTerms(chosen, await readNameServers(), []);
  if (own.router !== undefined && own.nameServers.length > 0) return own;
  const { offers } = await lookAtSegment({
    interfaceName: chosen.interfaceName,
    localAddress: chosen.address,
    otherOwnMacs: [],
    clientMac: readinessMac(),
    addresses: [],
    waitMs: LOOK_MS,
    afterLeaseMs: 0,
  });
  return chooseLeaseTerms(chosen, await readNameServers(), offers);
}

/** Only what a client on this network can reach counts. Pure. */
export function chooseLeaseTerms(
  { address, prefix, ...chosen }: Pick<ChosenInterface, 'address' | 'prefix' | 'router'>,
  ownNameServers: readonly Ipv4Address[],
  offers: readonly OfferSeen[],
): LeaseTerms {
  const net = networkOf(address, prefix);
  const lease = offers.find(({ leased }) => leased !== undefined);
  const router = [chosen.router, lease?.router].find((one) => one !== undefined && networkContains(net, one));
  const isReached = (server: Ipv4Address): boolean => router !== undefined || networkContains(net, server);
  const own = ownNameServers.filter(isReached);
  const nameServers = (own.length > 0 ? own : (lease?.nameServers ?? []).filter(isReached)).slice(0, 3);
  const source = own.length > 0 || lease === undefined ? '' : `, which ${lease.server} offers`;
  return {
    ...(router === undefined ? {} : { router }),
    nameServers,
    found: [
      ...(router !== undefined && router !== chosen.router
        ? [`router ${router}, which ${lease?.server} offers`]
        : []),
      nameServers.length === 0 ? 'no name server' : `name servers ${nameServers.join(', ')}${source}`,
    ],
  };
}
