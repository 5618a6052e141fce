import type { AddressRange, NetworkMode } from '../../model/config.ts';
import { configError } from '../../model/errors.ts';
import type { Ipv4Address, MacAddress } from '../../protocol/addresses.ts';
import type { LeaseService } from './answer-lease.ts';
import type { Planner } from './decision.ts';
import { keepLeases, type KeptLeases } from './lease-file.ts';
import { LeasePool } from './lease-pool.ts';

/** long enough to load an installer, short enough to give the range back to the next class room */
const LEASE_SECONDS = 600;
const PRESSURE =
  'more clients ask at once than network.range has free addresses: an offer that was not taken goes to the next who asks, ' +
  'and the first who takes it has it. Made-up addresses do this, and so does a range that is too small';
const SHORTAGE =
  'less than a quarter of network.range is free: a client that nobody configured gets an address when it asks again, and for a ' +
  'minute until it is seen there. Made-up addresses do this, and so does a range that is too small';

export interface LeaseServiceOptions {
  readonly address: Ipv4Address;
  readonly prefix: number;
  readonly mode: NetworkMode;
  readonly range?: AddressRange;
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
 * Gathers what leases say, and what was leased before. A router or name server that nobody named is not guessed: the other
 * engines would name another.
 * @returns undefined in proxy mode, which leases nothing
 * @throws PxectlError E_CONFIG_VALUE without a range
 */
export async function prepareLeases(options: LeaseServiceOptions): Promise<PreparedLeases | undefined> {
  const { mode, address, prefix, range, router, nameServers = [], plan } = options;
  if (mode === 'proxy') return undefined;
  if (range === undefined) {
    throw configError('E_CONFIG_VALUE', {
      what: `network.mode ${mode} needs network.range`,
      why: 'it gives addresses to clients and must know which',
      next: 'add for example   range: 192.168.1.200-192.168.1.220   below network: in pxectl.yaml',
    });
  }
  let kept: KeptLeases | undefined;
  const pool = new LeasePool({
    range,
    leaseSeconds: LEASE_SECONDS,
    reserved: router === undefined ? [address] : [address, router],
    ...(options.ownAddresses === undefined ? {} : { ownAddresses: options.ownAddresses }),
    onChange: () => kept?.changed(),
    onPressure: () => options.onTrouble(PRESSURE),
    onShortage: () => options.onTrouble(SHORTAGE),
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
