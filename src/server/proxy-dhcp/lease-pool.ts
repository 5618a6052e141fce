import type { AddressRange } from '../../model/config.ts';
import { ipv4FromNumber, ipv4ToNumber, type Ipv4Address, type MacAddress } from '../../protocol/addresses.ts';

/** an offer that the client did not take */
const OFFER_MS = 60_000;
/** somebody who has no lease of ours uses the address */
const CONFLICT_MS = 600_000;
/** a probe that nobody answered is believed so long */
const PROBED_MS = 60_000;
/** a range in which nothing was free is not searched again for so long: a flood must not cost a search a packet */
const FULL_MS = 1000;
/** bounds memory and search: far more machines than one network segment holds */
const MAX_ADDRESSES = 4096;

/** What is known of one address. */
export interface Lease {
  /** undefined: the address is in use by a machine that has no lease of ours */
  readonly mac: MacAddress | undefined;
  readonly expiresAtMs: number;
  /** until then the client gets it without another probe */
  readonly probedUntilMs: number;
}

/** An address for a client, which must be probed before it is named to the client, or need not be. */
export interface Choice {
  readonly address: Ipv4Address;
  readonly needsProbe: boolean;
}

export interface LeasePoolOptions {
  readonly range: AddressRange;
  readonly leaseSeconds: number;
  /** addresses inside the range that are never given: our own, the router's */
  readonly reserved: readonly Ipv4Address[];
  /** addresses of configured machines: each is given to its own machine alone; another map when they changed */
  readonly ownAddresses?: () => ReadonlyMap<MacAddress, Ipv4Address>;
  /** the leases are no longer what they were */
  readonly onChange?: () => void;
  /** more clients ask than there are addresses: an offer that its client has not taken is somebody else's now */
  readonly onPressure?: () => void;
}

const NOBODY: ReadonlyMap<MacAddress, Ipv4Address> = new Map();

/**
 * Addresses of a small range, each for one client at a time. A client gets the address that it had before, as long as
 * nobody else needs it. What an address is chosen for is held for that client from then on, probed or not; only where nothing
 * else is left, the offer that was longest not taken is made to somebody else too, and the first of them who takes it has it:
 * made-up clients that ask without end take no addresses from those who are there.
 */
export class LeasePool {
  private readonly leases = new Map<Ipv4Address, Lease>();
  private readonly addressOfMac = new Map<MacAddress, Ipv4Address>();
  private readonly addresses: readonly Ipv4Address[];
  private readonly givable: ReadonlySet<Ipv4Address>;
  private owners: {
    readonly of: ReadonlyMap<MacAddress, Ipv4Address>;
    readonly byAddress: ReadonlyMap<Ipv4Address, MacAddress>;
  } = { of: NOBODY, byAddress: new Map() };
  /** chosen for a client that has not taken it yet, the longest ago first; never a configured machine's own */
  private readonly untaken = new Set<Ipv4Address>();
  private fullUntilMs = 0;
  private pressedUntilMs = 0;

  constructor(private readonly options: LeasePoolOptions) {
    const first = ipv4ToNumber(options.range.first);
    const count = Math.min(ipv4ToNumber(options.range.last) - first + 1, MAX_ADDRESSES);
    this.addresses = Array.from({ length: count }, (_, index) => ipv4FromNumber(first + index)).filter(
      (address) => !options.reserved.includes(address),
    );
    this.givable = new Set(this.addresses);
  }

  contains(address: Ipv4Address): boolean {
    return this.givable.has(address);
  }

  /** Holds an address for a client for a minute; undefined when none is free. */
  offer(mac: MacAddress, nowMs: number, requested?: Ipv4Address): Choice | undefined {
    const reserved = this.options.ownAddresses?.().get(mac);
    const wanted = [reserved, this.addressOfMac.get(mac), requested].find(
      (address) => address !== undefined && this.isFor(mac, address, nowMs),
    );
    const address = wanted ?? this.findFree(mac, nowMs) ?? this.findUntaken(mac, nowMs);
    return address === undefined ? undefined : this.choose(mac, address, nowMs);
  }

  /**
   * The same for the address that a client names; undefined when it is somebody else's or not ours to give. `isOffered`: the
   * client says that we have offered it.
   */
  claim(mac: MacAddress, address: Ipv4Address, nowMs: number, isOffered = false): Choice | undefined {
    const isFirst = isOffered && this.untaken.has(address) && this.isOpenTo(mac, address);
    const isPressed = nowMs < this.pressedUntilMs && nowMs >= this.pressedUntilMs - OFFER_MS;
    return this.isFor(mac, address, nowMs) || (isFirst && isPressed)
      ? this.choose(mac, address, nowMs)
      : undefined;
  }

  /** Leases to the client an address that was chosen for it. */
  confirm(mac: MacAddress, address: Ipv4Address, nowMs: number): void {
    const expiresAtMs = nowMs + this.options.leaseSeconds * 1000;
    this.hold(address, { mac, expiresAtMs, probedUntilMs: expiresAtMs });
    this.untaken.delete(address);
  }

  /** Nobody else answered for the address that is, or was, held for this client. */
  probed(mac: MacAddress, address: Ipv4Address, nowMs: number): void {
    const lease = this.leases.get(address);
    if (lease?.mac === mac || (lease !== undefined && this.untaken.has(address)))
      this.leases.set(address, { ...lease, probedUntilMs: nowMs + PROBED_MS });
  }

  /** The client gives its address back, or took another server's. */
  release(mac: MacAddress): void {
    const address = this.addressOfMac.get(mac);
    const lease = address === undefined ? undefined : this.leases.get(address);
    if (address === undefined || lease === undefined) return;
    // the entry stays so that the client gets the same address next time
    this.set(address, { ...lease, expiresAtMs: 0 });
    this.untaken.delete(address);
    this.fullUntilMs = 0;
  }

  /** Another machine uses the address, as its client or a probe found: nobody gets it for ten minutes. */
  decline(mac: MacAddress, address: Ipv4Address, nowMs: number): void {
    if (this.leases.get(address)?.mac !== mac) return;
    this.addressOfMac.delete(mac);
    this.untaken.delete(address);
    this.set(address, { mac: undefined, expiresAtMs: nowMs + CONFLICT_MS, probedUntilMs: 0 });
  }

  /** Every address that is or was somebody's. */
  entries(): ReadonlyMap<Ipv4Address, Lease> {
    return this.leases;
  }

  /** Takes what `entries` told before a restart; no lease lasts longer than one that is given now. */
  restore(entries: Iterable<readonly [Ipv4Address, Lease]>, nowMs: number): void {
    const longestMs = nowMs + Math.max(CONFLICT_MS, this.options.leaseSeconds * 1000);
    for (const [address, lease] of entries) {
      if (!this.contains(address)) continue;
      if (lease.mac !== undefined && this.addressOfMac.has(lease.mac)) continue;
      this.leases.set(address, {
        mac: lease.mac,
        expiresAtMs: Math.min(lease.expiresAtMs, longestMs),
        probedUntilMs: Math.min(lease.probedUntilMs, longestMs),
      });
      if (lease.mac !== undefined) this.addressOfMac.set(lease.mac, address);
    }
  }

  private choose(mac: MacAddress, address: Ipv4Address, nowMs: number): Choice {
    const expiresAtMs = nowMs + OFFER_MS;
    const earlier = this.leases.get(address);
    const own = earlier?.mac === mac ? earlier : undefined;
    // nobody has begun to use an address that was only offered
    const isUntaken = this.untaken.has(address);
    const probedUntilMs = own !== undefined || isUntaken ? (earlier?.probedUntilMs ?? 0) : 0;
    // a lease is not made shorter by its client asking again, and a client that asks often costs no write each time
    const isHeld = own !== undefined && own.expiresAtMs > nowMs + OFFER_MS / 2;
    if (!isHeld) {
      const isLeased = own !== undefined && own.expiresAtMs > nowMs && !isUntaken;
      this.hold(address, { mac, expiresAtMs, probedUntilMs });
      this.untaken.delete(address);
      if (!isLeased && this.ownerOf(address) === undefined) this.untaken.add(address);
    }
    return { address, needsProbe: probedUntilMs <= nowMs };
  }

  /** One address for one client: what it held before is free again. */
  private hold(address: Ipv4Address, lease: Lease & { readonly mac: MacAddress }): void {
    const earlier = this.addressOfMac.get(lease.mac);
    if (earlier !== undefined && earlier !== address) {
      this.leases.delete(earlier);
      this.untaken.delete(earlier);
      this.fullUntilMs = 0;
    }
    const former = this.leases.get(address)?.mac;
    if (former !== undefined && former !== lease.mac) this.addressOfMac.delete(former);
    this.addressOfMac.set(lease.mac, address);
    this.set(address, lease);
  }

  private set(address: Ipv4Address, lease: Lease): void {
    this.leases.set(address, lease);
    this.options.onChange?.();
  }

  private isFor(mac: MacAddress, address: Ipv4Address, nowMs: number): boolean {
    if (!this.contains(address)) return false;
    const lease = this.leases.get(address);
    if (lease !== undefined && lease.mac !== mac && lease.expiresAtMs > nowMs) return false;
    return this.isOpenTo(mac, address);
  }

  /** Whether the address is kept for no other configured machine. */
  private isOpenTo(mac: MacAddress, address: Ipv4Address): boolean {
    const owner = this.ownerOf(address);
    return owner === undefined || owner === mac;
  }

  /** The configured machine that the address is kept for. */
  private ownerOf(address: Ipv4Address): MacAddress | undefined {
    const of = this.options.ownAddresses?.() ?? NOBODY;
    if (of !== this.owners.of) {
      this.owners = { of, byAddress: new Map(Array.from(of, ([mac, own]) => [own, mac])) };
      this.fullUntilMs = 0;
    }
    return this.owners.byAddress.get(address);
  }

  /** An address that nobody had, else the one whose lease ended first. */
  private findFree(mac: MacAddress, nowMs: number): Ipv4Address | undefined {
    if (nowMs < this.fullUntilMs && nowMs >= this.fullUntilMs - FULL_MS) return undefined;
    let oldest: { readonly address: Ipv4Address; readonly expiresAtMs: number } | undefined;
    for (const address of this.addresses) {
      if (!this.isFor(mac, address, nowMs)) continue;
      const lease = this.leases.get(address);
      if (lease === undefined) return address;
      if (oldest === undefined || lease.expiresAtMs < oldest.expiresAtMs) {
        oldest = { address, expiresAtMs: lease.expiresAtMs };
      }
    }
    if (oldest === undefined) this.fullUntilMs = nowMs + FULL_MS;
    return oldest?.address;
  }

  /** What was offered longest ago to somebody who has not taken it. */
  private findUntaken(mac: MacAddress, nowMs: number): Ipv4Address | undefined {
    for (const address of this.untaken) {
      if (!this.isOpenTo(mac, address)) continue;
      this.pressedUntilMs = nowMs + OFFER_MS;
      this.options.onPressure?.();
      return address;
    }
    return undefined;
  }
}
