import type { AddressRange } from '../../model/config.ts';
import { ipv4FromNumber, ipv4ToNumber, type Ipv4Address, type MacAddress } from '../../protocol/addresses.ts';

/** an offer that the client has not taken yet */
const OFFER_MS = 60_000;
/** somebody who has no lease of ours uses the address; looked at again sooner than this */
const USED_MS = 600_000;
/** of one card: who answers for more of them is a router that answers for others, or a liar */
const MAX_USED_BY_ONE = 3;
/** of what no machine has for itself: dnsmasq asks for an address itself before it offers it */
const USED_SHARE = 0.5;
/** of what is nobody's: kept for machines that were here and are gone, so that their next boot meets no other offer */
const IDLE_SHARE = 0.5;
/** and for those who were offered an address: made-up clients that ask without end leave the rest to who takes what is offered */
const OFFERED_SHARE = 0.75;
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

interface Hold {
  untilMs: number;
  /** leased, and not only offered */
  isTaken: boolean;
}

interface Kept extends Hold {
  readonly address: Ipv4Address;
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
    for (const address of own) this.#used.delete(address);
    for (const [mac, { address }] of this.#kept) {
      if (options.ownAddresses.has(mac) || own.has(address) || !this.#isInRange(address)) this.#forget(mac);
    }
  }

  /** Before a restart this client had the address. */
  restore(mac: MacAddress, address: Ipv4Address): void {
    const isOther = this.options.ownAddresses.has(mac) || this.#isTaken(address);
    if (!isOther && !this.#kept.has(mac) && this.#isInRange(address))
      this.#keep(mac, address, { untilMs: 0, isTaken: true });
  }

  /** dnsmasq has offered the address: to the first it stays, a second gets another one at its next try. */
  offered(mac: MacAddress, address: Ipv4Address, nowMs: number): boolean {
    const isLess = this.#dropIdle(nowMs);
    const isFull = this.#offeredCount() >= Math.floor(this.#freeCount() * OFFERED_SHARE);
    if (isFull && !this.#kept.has(mac)) return isLess;
    const isMore = this.#give(mac, address, { untilMs: nowMs + OFFER_MS, isTaken: false });
    return this.#dropIdle(nowMs) || isMore || isLess;
  }

  /** dnsmasq has leased the address. */
  leased(mac: MacAddress, address: Ipv4Address, nowMs: number): boolean {
    const untilMs = nowMs + this.options.leaseSeconds * 1000;
    const isMore = this.#give(mac, address, { untilMs, isTaken: true });
    return this.#dropIdle(nowMs) || isMore;
  }

  /** Somebody answers for the address: who has it from us may, others get another one. */
  used(address: Ipv4Address, user: MacAddress, nowMs: number): boolean {
    const keeper = this.#keeperOf.get(address);
    if (keeper === user || this.options.ownAddresses.get(user) === address) return false;
    // a configured machine's own address is told to dnsmasq as its own alone
    if (!this.#isInRange(address) || this.#isOwn(address)) return false;
    const isNew = this.#used.get(address)?.user !== user;
    if (isNew && !this.#isBelieved(user)) return false;
    this.#used.set(address, { user, untilMs: nowMs + USED_MS });
    if (keeper === undefined) return isNew;
    this.#forget(keeper);
    this.#keepAnother(keeper, { untilMs: nowMs + OFFER_MS, isTaken: false });
    return true;
  }

  /** Nobody answers for these addresses any more. What a client has said of one holds until its time is over. */
  unused(addresses: Iterable<Ipv4Address>, nowMs: number): boolean {
    const before = this.#used.size;
    for (const address of addresses) {
      if (this.#used.get(address)?.user !== SOMEBODY) this.#used.delete(address);
    }
    this.#dropUsed(nowMs);
    return this.#used.size < before;
  }

  /** The client found somebody on the address. */
  declined(mac: MacAddress, address: Ipv4Address, nowMs: number): boolean {
    return this.#keeperOf.get(address) === mac && this.used(address, SOMEBODY, nowMs);
  }

  /** Who alone may be offered which address. */
  reservations(nowMs: number): (readonly [MacAddress, Ipv4Address])[] {
    this.#dropUsed(nowMs);
    const used = Array.from(this.#used, ([address, { user }]) => [user, address] as const);
    return [...used, ...Array.from(this.#kept, ([mac, { address }]) => [mac, address] as const)];
  }

  #dropUsed(nowMs: number): void {
    for (const [address, { untilMs }] of this.#used) if (untilMs <= nowMs) this.#used.delete(address);
  }

  #isBelieved(user: MacAddress): boolean {
    if (user === SOMEBODY) return true;
    const users = [...this.#used.values()].map((one) => one.user);
    const ofIt = users.filter((one) => one === user).length;
    const open = this.#openCount() + this.#used.size;
    return ofIt < MAX_USED_BY_ONE && users.length < Math.floor(open * USED_SHARE);
  }

  #give(mac: MacAddress, address: Ipv4Address, how: Hold): boolean {
    if (this.options.ownAddresses.has(mac) || !this.#isInRange(address)) return false;
    const earlier = this.#kept.get(mac);
    if (earlier?.address === address) {
      earlier.untilMs = Math.max(earlier.untilMs, how.untilMs);
      earlier.isTaken ||= how.isTaken;
      return false;
    }
    // it was offered before dnsmasq knew what is kept for this client
    if (earlier !== undefined && this.#isTaken(address)) return false;
    if (earlier !== undefined) this.#forget(mac);
    if (this.#isTaken(address)) this.#keepAnother(mac, how);
    else this.#keep(mac, address, how);
    return true;
  }

  /** Nothing is kept when nothing is free: then dnsmasq says so to the client. */
  #keepAnother(mac: MacAddress, how: Hold): void {
    const first = ipv4ToNumber(this.options.range.first);
    const last = ipv4ToNumber(this.options.range.last);
    for (let value = first; value <= last; value += 1) {
      const address = ipv4FromNumber(value);
      if (!this.#isTaken(address)) return this.#keep(mac, address, how);
    }
  }

  #isTaken(address: Ipv4Address): boolean {
    if (this.#keeperOf.has(address) || this.#used.has(address)) return true;
    // dnsmasq itself gives no address that ends so
    if (/\.(?:0|255)$/.test(address) || this.options.avoided.includes(address)) return true;
    return this.#isOwn(address);
  }

  #isOwn(address: Ipv4Address): boolean {
    return [...this.options.ownAddresses.values()].includes(address);
  }

  #isInRange(address: Ipv4Address): boolean {
    const value = ipv4ToNumber(address);
    return value >= ipv4ToNumber(this.options.range.first) && value <= ipv4ToNumber(this.options.range.last);
  }

  #keep(mac: MacAddress, address: Ipv4Address, how: Hold): void {
    this.#kept.set(mac, { address, ...how });
    this.#keeperOf.set(address, mac);
  }

  #forget(mac: MacAddress): void {
    const kept = this.#kept.get(mac);
    if (kept === undefined) return;
    this.#kept.delete(mac);
    this.#keeperOf.delete(kept.address);
  }

  /** Offers that nobody took end; machines that are gone keep their address as long as there are enough for new ones. */
  #dropIdle(nowMs: number): boolean {
    const before = this.#kept.size;
    const idle = [...this.#kept].filter(([, { untilMs }]) => untilMs <= nowMs);
    for (const [mac] of idle.filter(([, { isTaken }]) => !isTaken)) this.#forget(mac);
    const gone = idle.filter(([, { isTaken }]) => isTaken).sort(([, a], [, b]) => a.untilMs - b.untilMs);
    const tooMany = this.#kept.size - Math.floor(this.#openCount() * IDLE_SHARE);
    for (const [mac] of gone.slice(0, Math.max(0, tooMany))) this.#forget(mac);
    return this.#kept.size < before;
  }

  #offeredCount(): number {
    return [...this.#kept.values()].filter(({ isTaken }) => !isTaken).length;
  }

  /** Addresses that no machine has for itself. */
  #freeCount(): number {
    return this.#openCount() - this.#kept.size + this.#offeredCount();
  }

  /** Addresses of the range that the configuration and strangers leave. */
  #openCount(): number {
    const { range, ownAddresses } = this.options;
    const size = ipv4ToNumber(range.last) - ipv4ToNumber(range.first) + 1;
    return size - ownAddresses.size - this.#used.size;
  }
}
