import type { AddressRange } from '../../model/config.ts';
import { ipv4FromNumber, ipv4ToNumber, type Ipv4Address, type MacAddress } from '../../protocol/addresses.ts';

/** an offer that the client has not taken yet */
const OFFER_MS = 60_000;
/** somebody who has no lease of ours uses the address; looked at again sooner than this */
const USED_MS = 600_000;
/** of the range: kept for machines that were here and are gone, so that their next boot meets no other offer */
const IDLE_SHARE = 0.5;
/** stands for the user of an address that a client declined: no card has it */
const SOMEBODY = '02:00:00:00:00:00' as MacAddress;

export interface OfferMemoryOptions {
  readonly range: AddressRange;
  readonly leaseSeconds: number;
  /** never given: our own, the router's */
  readonly avoided: readonly Ipv4Address[];
  /** configured machines, which dnsmasq's own configuration keeps addresses for */
  readonly ownAddresses: ReadonlyMap<MacAddress, Ipv4Address>;
}

interface Kept {
  readonly address: Ipv4Address;
  untilMs: number;
}

/**
 * Which address dnsmasq has offered to whom: it forgets that until the lease is taken, and offers one address twice. What
 * is kept here becomes reservations, so that nobody else is offered it. Each method tells whether they changed.
 */
export class OfferMemory {
  readonly #kept = new Map<MacAddress, Kept>();
  readonly #keeperOf = new Map<Ipv4Address, MacAddress>();
  readonly #used = new Map<Ipv4Address, { readonly user: MacAddress; readonly untilMs: number }>();

  constructor(private options: OfferMemoryOptions) {}

  /** The configuration was read again: its machines come first. */
  change(options: OfferMemoryOptions): void {
    this.options = options;
    const own = new Set(options.ownAddresses.values());
    for (const [mac, { address }] of this.#kept) {
      if (options.ownAddresses.has(mac) || own.has(address) || !this.#isInRange(address)) this.#forget(mac);
    }
  }

  /** Before a restart this client had the address. */
  restore(mac: MacAddress, address: Ipv4Address): void {
    const isOther = this.options.ownAddresses.has(mac) || this.#isTaken(address);
    if (!isOther && !this.#kept.has(mac) && this.#isInRange(address)) this.#keep(mac, address, 0);
  }

  /** dnsmasq has offered the address: to the first it stays, a second gets another one at its next try. */
  offered(mac: MacAddress, address: Ipv4Address, nowMs: number): boolean {
    return this.#give(mac, address, nowMs, OFFER_MS);
  }

  /** dnsmasq has leased the address. */
  leased(mac: MacAddress, address: Ipv4Address, nowMs: number): boolean {
    return this.#give(mac, address, nowMs, this.options.leaseSeconds * 1000);
  }

  /** Somebody answers for the address: who has it from us may, others get another one. */
  used(address: Ipv4Address, user: MacAddress, nowMs: number): boolean {
    const keeper = this.#keeperOf.get(address);
    if (keeper === user || this.options.ownAddresses.get(user) === address) return false;
    if (!this.#isInRange(address)) return false;
    const isNew = this.#used.get(address)?.user !== user;
    this.#used.set(address, { user, untilMs: nowMs + USED_MS });
    if (keeper === undefined) return isNew;
    this.#forget(keeper);
    this.#keepAnother(keeper, nowMs, OFFER_MS);
    return true;
  }

  /** The client found somebody on the address. */
  declined(mac: MacAddress, address: Ipv4Address, nowMs: number): boolean {
    return this.#keeperOf.get(address) === mac && this.used(address, SOMEBODY, nowMs);
  }

  /** Who alone may be offered which address. */
  reservations(nowMs: number): (readonly [MacAddress, Ipv4Address])[] {
    for (const [address, { untilMs }] of this.#used) if (untilMs <= nowMs) this.#used.delete(address);
    const used = Array.from(this.#used, ([address, { user }]) => [user, address] as const);
    return [...used, ...Array.from(this.#kept, ([mac, { address }]) => [mac, address] as const)];
  }

  #give(mac: MacAddress, address: Ipv4Address, nowMs: number, holdMs: number): boolean {
    if (this.options.ownAddresses.has(mac) || !this.#isInRange(address)) return false;
    const earlier = this.#kept.get(mac);
    if (earlier?.address === address) {
      earlier.untilMs = Math.max(earlier.untilMs, nowMs + holdMs);
      return false;
    }
    // it was offered before dnsmasq knew what is kept for this client
    if (earlier !== undefined && this.#isTaken(address)) return false;
    if (earlier !== undefined) this.#forget(mac);
    if (this.#isTaken(address)) this.#keepAnother(mac, nowMs, holdMs);
    else this.#keep(mac, address, nowMs + holdMs);
    this.#dropIdle(nowMs);
    return true;
  }

  /** Nothing is kept when nothing is free: then dnsmasq says so to the client. */
  #keepAnother(mac: MacAddress, nowMs: number, holdMs: number): void {
    const first = ipv4ToNumber(this.options.range.first);
    const last = ipv4ToNumber(this.options.range.last);
    for (let value = first; value <= last; value += 1) {
      const address = ipv4FromNumber(value);
      if (!this.#isTaken(address)) return this.#keep(mac, address, nowMs + holdMs);
    }
  }

  #isTaken(address: Ipv4Address): boolean {
    if (this.#keeperOf.has(address) || this.#used.has(address)) return true;
    // dnsmasq itself gives no address that ends so
    if (/\.(?:0|255)$/.test(address) || this.options.avoided.includes(address)) return true;
    return [...this.options.ownAddresses.values()].includes(address);
  }

  #isInRange(address: Ipv4Address): boolean {
    const value = ipv4ToNumber(address);
    return value >= ipv4ToNumber(this.options.range.first) && value <= ipv4ToNumber(this.options.range.last);
  }

  #keep(mac: MacAddress, address: Ipv4Address, untilMs: number): void {
    this.#kept.set(mac, { address, untilMs });
    this.#keeperOf.set(address, mac);
  }

  #forget(mac: MacAddress): void {
    const kept = this.#kept.get(mac);
    if (kept === undefined) return;
    this.#kept.delete(mac);
    this.#keeperOf.delete(kept.address);
  }

  /** Machines that are gone keep their address as long as there are enough for new ones. */
  #dropIdle(nowMs: number): void {
    const { range } = this.options;
    const size = ipv4ToNumber(range.last) - ipv4ToNumber(range.first) + 1;
    const idle = [...this.#kept].filter(([, { untilMs }]) => untilMs <= nowMs);
    const tooMany = this.#kept.size - Math.floor(size * IDLE_SHARE);
    idle.sort(([, one], [, other]) => one.untilMs - other.untilMs);
    for (const [mac] of idle.slice(0, Math.max(0, tooMany))) this.#forget(mac);
  }
}
