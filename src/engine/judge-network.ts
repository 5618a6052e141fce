import type { Config } from '../model/config.ts';
import type { NetworkTrouble } from '../model/network-trouble.ts';
import type { OfferSeen, SegmentSeen } from '../net/segment-look.ts';
import {
  ipv4ToNumber,
  networkContains,
  networkOf,
  type Ipv4Address,
  type MacAddress,
} from '../protocol/addresses.ts';

type Network = Config['network'];

/** Addresses that are named one by one. */
const SHOWN_ADDRESSES = 4;
const SHOWN_SERVERS = 8;

/**
 * What of the things seen on the segment is wrong for a server of this mode. Pure.
 * @param own cards that have a lease of pxectl: what they use is theirs
 */
export function judgeNetwork(
  network: Network,
  seen: SegmentSeen,
  own: ReadonlySet<MacAddress> = new Set(),
): readonly NetworkTrouble[] {
  const leases = seen.offers.filter(({ leased }) => leased !== undefined);
  return [
    ...usedAddress(network, seen),
    ...leasesHere(network, seen, leases),
    ...overlap(network, leases),
    ...refusals(seen),
    ...bootServers(seen),
    ...usedRange(network, seen, own),
  ];
}

function* usedAddress({ address }: Network, { users }: SegmentSeen): Generator<NetworkTrouble> {
  const mac = users.get(address);
  if (mac === undefined) return;
  const message = `${mac} answers for ${address} too, the address of this server`;
  yield { id: 'address-in-use', severity: 'error', message };
}

function* leasesHere(
  network: Network,
  seen: SegmentSeen,
  leases: readonly OfferSeen[],
): Generator<NetworkTrouble> {
  const { mode, interface: interfaceName } = network;
  const servers = oneOfEachServer(leases);
  if (mode !== 'full' && servers.length > 1) yield severalServers(network, servers);
  if (mode === 'full') {
    for (const { server, leased } of servers) {
      const message = `${server} leases addresses on ${interfaceName} (it offers ${leased ?? 'one'}): in mode full pxectl takes its clients`;
      yield { id: 'second-dhcp-server', severity: 'error', message };
    }
  }
  if (mode === 'proxy' && leases.length === 0 && seen.notAsked === undefined) {
    const message = `no DHCP server answers on ${interfaceName}: machines will get no address, and mode proxy gives none`;
    yield { id: 'no-dhcp-server', severity: 'warning', message };
  }
}

/** Beside them pxectl does no harm; a machine that takes the wrong one's lease may not reach it. */
function severalServers({ interface: name, ...own }: Network, servers: readonly OfferSeen[]): NetworkTrouble {
  const net = networkOf(own.address, own.prefix);
  const named = servers
    .toSorted((one, other) => ipv4ToNumber(one.server) - ipv4ToNumber(other.server))
    .slice(0, SHOWN_SERVERS)
    .map(({ server, leased }) => {
      const isOutside = leased !== undefined && !networkContains(net, leased);
      return `${server} (it offers ${leased ?? 'one'}${isOutside ? ', which does not reach this server' : ''})`;
    });
  const more = servers.length > named.length ? ` and ${servers.length - named.length} more` : '';
  const message = `${servers.length} DHCP servers lease addresses on ${name}: ${named.join(', ')}${more}; which one a booting machine takes is chance`;
  return { id: 'second-dhcp-server', severity: 'warning', message };
}

function* overlap({ range }: Network, leases: readonly OfferSeen[]): Generator<NetworkTrouble> {
  if (range === undefined) return;
  for (const { server, leased } of oneOfEachServer(leases.filter((offer) => isIn(range, offer.leased)))) {
    const message = `${server} leases ${leased ?? ''}, which is in network.range ${range.first}-${range.last}`;
    yield { id: 'range-overlaps-router', severity: 'error', message };
  }
}

function* refusals({ refusers }: SegmentSeen): Generator<NetworkTrouble> {
  for (const server of refusers) {
    const message = `${server} refuses (NAK) the addresses that machines take from pxectl: it is set to be authoritative. UEFI firmware and iPXE pass that over`;
    yield { id: 'router-refuses-leases', severity: 'info', message };
  }
}

function* bootServers({ offers }: SegmentSeen): Generator<NetworkTrouble> {
  const boot = offers.filter(({ isBootServer, bootFile }) => isBootServer || bootFile !== undefined);
  const leasing = new Set(offers.flatMap(({ server, leased }) => (leased === undefined ? [] : [server])));
  for (const { server } of oneOfEachServer(boot)) {
    const what = describeBoot(boot.filter((offer) => offer.server === server));
    yield leasing.has(server)
      ? {
          id: 'router-sends-boot-options',
          severity: 'warning',
          message: `the DHCP server ${server} answers network boot itself: ${what}`,
        }
      : {
          id: 'second-pxe-server',
          severity: 'warning',
          message: `another boot server answers at ${server}: ${what}`,
        };
  }
}

function* usedRange(
  { range, address }: Network,
  { users }: SegmentSeen,
  own: ReadonlySet<MacAddress>,
): Generator<NetworkTrouble> {
  const others = [...users].filter(([used, mac]) => used !== address && isIn(range, used) && !own.has(mac));
  if (range === undefined || others.length === 0) return;
  const named = others.slice(0, SHOWN_ADDRESSES).map(([used, mac]) => `${used} (${mac})`);
  const more = others.length > named.length ? ` and ${others.length - named.length} more` : '';
  const message = `addresses of network.range are in use by others: ${named.join(', ')}${more}`;
  yield { id: 'range-in-use', severity: 'warning', message };
}

function describeBoot(offers: readonly OfferSeen[]): string {
  const words = offers.map(({ askedAs, bootFile, nextServer }) => {
    const from = nextServer === undefined ? '' : ` from ${nextServer}`;
    return bootFile === undefined
      ? `PXE services for ${askedAs} clients`
      : `${bootFile}${from} for ${askedAs} clients`;
  });
  return [...new Set(words)].join(', ');
}

function oneOfEachServer(offers: readonly OfferSeen[]): OfferSeen[] {
  return [...new Map(offers.map((offer) => [offer.server, offer])).values()];
}

function isIn(range: Network['range'], address: Ipv4Address | undefined): boolean {
  if (range === undefined || address === undefined) return false;
  const value = ipv4ToNumber(address);
  return value >= ipv4ToNumber(range.first) && value <= ipv4ToNumber(range.last);
}
