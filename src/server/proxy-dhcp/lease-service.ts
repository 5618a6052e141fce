import type { AddressRange, NetworkMode } from '../../model/config.ts';
import { configError } from '../../model/errors.ts';
import { readDefaultRoute, readNameServers } from '../../net/interfaces.ts';
import { networkContains, networkOf, type Ipv4Address, type MacAddress } from '../../protocol/addresses.ts';
import type { LeaseService } from './answer-lease.ts';
import type { Planner } from './decision.ts';
import { keepLeases, type KeptLeases } from './lease-file.ts';
import { LeasePool } from './lease-pool.ts';

/** long enough to load an installer, short enough to give the range back to the next class room */
const LEASE_SECONDS = 600;

export interface LeaseServiceOptions {
  readonly interfaceName: string;
  readonly address: Ipv4Address;
  readonly prefix: number;
  readonly mode: NetworkMode;
  readonly range?: AddressRange;
  /** instead of what this host itself uses */
  readonly router?: Ipv4Address;
  readonly nameServers?: readonly Ipv4Address[];
  readonly plan: Planner;
  /** addresses that are kept for configured machines, as they are now */
  readonly ownAddresses?: () => ReadonlyMap<MacAddress, Ipv4Address>;
  /** where leases are kept for the next start; none: they are forgotten */
  readonly leaseFile?: string;
  readonly onTrouble: (message: string) => void;
}

export interface PreparedLeases {
  readonly service: LeaseService;
  /** writes what is not written yet */
  close(): Promise<void>;
}

/**
 * Gathers what leases say, the router and name servers that this host itself uses, and what was leased before.
 * @returns undefined in proxy mode, which leases nothing
 * @throws PxectlError E_CONFIG_VALUE without a range
 */
export async function prepareLeases(options: LeaseServiceOptions): Promise<PreparedLeases | undefined> {
  const { mode, address, prefix, range, plan } = options;
  if (mode === 'proxy') return undefined;
  if (range === undefined) {
    throw configError('E_CONFIG_VALUE', {
      what: `network.mode ${mode} needs network.range`,
      why: 'it gives addresses to clients and must know which',
      next: 'add for example   range: 192.168.1.200-192.168.1.220   below network: in pxectl.yaml',
    });
  }
  const router = options.router ?? (await findRouter(options));
  const nameServers = options.nameServers ?? (await findNameServers(options, router));
  let kept: KeptLeases | undefined;
  const pool = new LeasePool({
    range,
    leaseSeconds: LEASE_SECONDS,
    reserved: router === undefined ? [address] : [address, router],
    ...(options.ownAddresses === undefined ? {} : { ownAddresses: options.ownAddresses }),
    onChange: () => kept?.changed(),
  });
  if (options.leaseFile !== undefined) kept = await keepLeases(options.leaseFile, pool, options.onTrouble);
  const terms = {
    server: address,
    prefix,
    ...(router === undefined ? {} : { router }),
    nameServers,
    leaseSeconds: LEASE_SECONDS,
  };
  return { service: { mode, plan, pool, terms }, close: async () => kept?.close() };
}

/** Name servers that a client can reach: on its network, or anywhere when there is a router; else the router itself. */
async function findNameServers(
  { address, prefix }: LeaseServiceOptions,
  router: Ipv4Address | undefined,
): Promise<readonly Ipv4Address[]> {
  const network = networkOf(address, prefix);
  const found = (await readNameServers()).filter(
    (server) => router !== undefined || networkContains(network, server),
  );
  return found.length === 0 && router !== undefined ? [router] : found;
}

async function findRouter({
  interfaceName,
  address,
  prefix,
}: LeaseServiceOptions): Promise<Ipv4Address | undefined> {
  const route = await readDefaultRoute();
  const isHere = route?.interfaceName === interfaceName;
  return isHere && networkContains(networkOf(address, prefix), route.router) ? route.router : undefined;
}
