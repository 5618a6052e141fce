import type { AddressRange } from '../../model/config.ts';
import { ipv4FromNumber, ipv4ToNumber, type Ipv4Address, type MacAddress } from '../../protocol/addresses.ts';

/** an offer that the client did not take */
const OFFER_MS = 60_000;
/** a client found somebody else on the address */
const CONFLICT_MS = 600_000;
/** bounds memory and search: far more machines than one network segment holds */
const MAX_ADDRESSES = 4096;

interface Lease {
  /** undefined: the address is in use by a machine that has no lease of ours */
  readonly mac: MacAddress | undefined;
  readonly expiresAtMs: number;
}

export interface LeasePoolOptions {
  readonly range: AddressRange;
  readonly leaseSeconds: number;
  /** addresses inside the range that are never given: our own, the router's */
  readonly reserved: readonly Ipv4Address[];
  /** addresses of configured machines: each is given to its own machine alone */
  readonly ownAddresses?: () => ReadonlyMap<MacAddress, Ipv4Address>;
  /** whether another machine than this one answers on the address */
  readonly isTaken: (address: Ipv4Address, mac: MacAddress) => boolean;
}

/**
 * Addresses of a small range. A client gets the address that it had before, as long as nobody else needs it. All in
 * memory: a client whose lease is unknown after a restart keeps its address when it is free.
 */
export class LeasePool {
  private readonly leases = new Map<Ipv4Address, Lease>();
  private readonly first: number;
  private readonly last: number;

  constructor(private readonly options: LeasePoolOptions) {
    this.first = ipv4ToNumber(options.range.first);
    this.last = Math.min(ipv4ToNumber(options.range.last), this.first + MAX_ADDRESSES - 1);
  }

  contains(address: Ipv4Address): boolean {
    const value = ipv4ToNumber(address);
    return value >= this.first && value <= this.last && !this.options.reserved.includes(address);
  }

  /** Holds an address for a client for a minute; undefined when none is free. */
  offer(mac: MacAddress, nowMs: number, requested?: Ipv4Address): Ipv4Address | undefined {
    const reserved = this.options.ownAddresses?.().get(mac);
    const wanted = [reserved, this.addressOf(mac), requested].find(
      (address) => address !== undefined && this.contains(address) && this.isFree(address, mac, nowMs),
    );
    const address = wanted ?? this.findFree(mac, nowMs);
    if (address === undefined) return undefined;
    const expiresAtMs = nowMs + OFFER_MS;
    const earlier = this.leases.get(address);
    const isLeased = earlier?.mac === mac && earlier.expiresAtMs > expiresAtMs;
    if (!isLeased) this.hold(address, { mac, expiresAtMs });
    return address;
  }

  /** Gives the address to the client; false when it is somebody else's or not ours to give. */
  confirm(mac: MacAddress, address: Ipv4Address, nowMs: number): boolean {
    if (!this.contains(address) || !this.isFree(address, mac, nowMs)) return false;
    this.hold(address, { mac, expiresAtMs: nowMs + this.options.leaseSeconds * 1000 });
    return true;
  }

  /** The client gives its address back, or took another server's. */
  release(mac: MacAddress): void {
    const address = this.addressOf(mac);
    // the entry stays so that the client gets the same address next time
    if (address !== undefined) this.leases.set(address, { mac, expiresAtMs: 0 });
  }

  /** The client found another machine on the address: nobody gets it for ten minutes. */
  decline(mac: MacAddress, address: Ipv4Address, nowMs: number): void {
    if (this.leases.get(address)?.mac !== mac) return;
    this.leases.set(address, { mac: undefined, expiresAtMs: nowMs + CONFLICT_MS });
  }

  /** One address for one client: what it held before is free again. */
  private hold(address: Ipv4Address, lease: Lease): void {
    const earlier = lease.mac === undefined ? undefined : this.addressOf(lease.mac);
    if (earlier !== undefined && earlier !== address) this.leases.delete(earlier);
    this.leases.set(address, lease);
  }

  private addressOf(mac: MacAddress): Ipv4Address | undefined {
    for (const [address, lease] of this.leases) if (lease.mac === mac) return address;
    return undefined;
  }

  private isFree(address: Ipv4Address, mac: MacAddress, nowMs: number): boolean {
    const lease = this.leases.get(address);
    const isHeld = lease !== undefined && lease.mac !== mac && lease.expiresAtMs > nowMs;
    return !isHeld && !this.isReservedForOther(address, mac) && !this.options.isTaken(address, mac);
  }

  private isReservedForOther(address: Ipv4Address, mac: MacAddress): boolean {
    for (const [owner, reserved] of this.options.ownAddresses?.() ?? []) {
      if (reserved === address) return owner !== mac;
    }
    return false;
  }

  /** An address that nobody had, else the one whose lease ended first. */
  private findFree(mac: MacAddress, nowMs: number): Ipv4Address | undefined {
    let oldest: { readonly address: Ipv4Address; readonly expiresAtMs: number } | undefined;
    for (let value = this.first; value <= this.last; value += 1) {
      const address = ipv4FromNumber(value);
      if (!this.contains(address) || !this.isFree(address, mac, nowMs)) continue;
      const lease = this.leases.get(address);
      if (lease === undefined) return address;
      if (oldest === undefined || lease.expiresAtMs < oldest.expiresAtMs) {
        oldest = { address, expiresAtMs: lease.expiresAtMs };
      }
    }
    return oldest?.address;
  }
}
