import { ipv4FromNumber, ipv4ToNumber, type Ipv4Address, type MacAddress } from '../../protocol/addresses.ts';
import type { Choice, Lease, LeasePoolOptions } from './lease.ts';
import { OwnAddresses } from './own-addresses.ts';
import { Shortage } from './shortage.ts';

/** an offer that the client did not take: firmware takes one within a few seconds, iPXE gathers offers for ten at most */
const OFFER_MS = 20_000;
/** what a client gets while addresses are few, until it is seen at its address */
const TRIAL_MS = 60_000;
/** a client that answered, or did not, is not asked again for so long */
const SEEN_MS = 10_000;
/** the share of the addresses below which they are few; of a handful none is kept back */
const FEW_SHARE = 0.25;
const HANDFUL = 8;
/** somebody who has no lease of ours uses the address */
const CONFLICT_MS = 600_000;
/** a probe that nobody answered is believed so long */
const PROBED_MS = 60_000;
/** a client looks for others at its address as soon as it has it (RFC 2131 §4.4.1): what is declined later, somebody else declines */
const DECLINE_MS = 60_000;
/** a range in which nothing was free is not searched again for so long: a flood must not cost a search a packet */
const FULL_MS = 1000;
/** bounds memory and search: far more machines than one network segment holds */
const MAX_ADDRESSES = 4096;

/**
 * Addresses of a small range, each for one client at a time. A client gets the address that it had before, as long as
 * nobody else needs it. What an address is chosen for is held for that client from then on, probed or not; only where nothing
 * else is left, the offer that was longest not taken is made to somebody else too, and the first of them who takes it has it:
 * made-up clients that ask without end take no addresses from those who are there.
 *
 * A lease is kept to its end (RFC 2131 §2.2). So while addresses are few, a client that nobody configured gets one of them only
 * when it asks again, as machines do, and for a minute; it is longer when it renews and answers ARP at its address.
 */
export class LeasePool {
  private readonly leases = new Map<Ipv4Address, Lease>();
  private readonly addressOfMac = new Map<MacAddress, Ipv4Address>();
  private readonly addresses: readonly Ipv4Address[];
  private readonly givable: ReadonlySet<Ipv4Address>;
  private readonly own: OwnAddresses;
  /** chosen for a client that has not taken it yet, the longest ago first; never a configured machine's own */
  private readonly untaken = new Set<Ipv4Address>();
  private readonly shortage = new Shortage((nowMs) => this.countOpen(nowMs));
  private fullUntilMs = 0;
  private pressedUntilMs = 0;

  constructor(private readonly options: LeasePoolOptions) {
    const first = ipv4ToNumber(options.range.first);
    const count = Math.min(ipv4ToNumber(options.range.last) - first + 1, MAX_ADDRESSES);
    this.addresses = Array.from({ length: count }, (_, index) => ipv4FromNumber(first + index)).filter(
      (address) => !options.reserved.includes(address),
    );
    this.givable = new Set(this.addresses);
    this.own = new OwnAddresses(options.ownAddresses);
  }

  contains(address: Ipv4Address): boolean {
    return this.givable.has(address);
  }

  /** Holds an address for a client until it can have taken it; undefined when none is free. */
  offer(mac: MacAddress, nowMs: number, requested?: Ipv4Address): Choice | undefined {
    const wanted = [this.own.of(mac), this.addressOfMac.get(mac), requested].find(
      (address) =>
        address !== undefined && this.isFor(mac, address, nowMs) && this.isDue(mac, address, nowMs),
    );
    const isWelcome = wanted !== undefined || this.isWelcome(mac, nowMs);
    if (!isWelcome && this.shortage.hasFree()) return undefined;
    const free = isWelcome ? (wanted ?? this.findFree(mac, nowMs)) : undefined;
    if (free !== undefined) return this.choose(mac, free, nowMs, this.shortage.isNow(nowMs));
    const untaken = this.findUntaken(mac, nowMs);
    return untaken === undefined ? undefined : this.choose(mac, untaken, nowMs);
  }

  /**
   * The same for the address that a client names; undefined when it is somebody else's or not ours to give. `isOffered`: the
   * client says that we have offered it.
   */
  claim(mac: MacAddress, address: Ipv4Address, nowMs: number, isOffered = false): Choice | undefined {
    const isFirst = isOffered && this.untaken.has(address) && this.isContested(mac, address, nowMs);
    const isPressed = nowMs < this.pressedUntilMs && nowMs >= this.pressedUntilMs - OFFER_MS;
    const isIts = this.isFor(mac, address, nowMs) && this.isDue(mac, address, nowMs);
    const isBack = !isOffered && this.isFormer(mac, address, nowMs);
    if (!isIts && !isBack && !(isFirst && isPressed)) return undefined;
    const choice = this.choose(mac, address, nowMs);
    return { ...choice, needsProbe: choice.needsProbe || this.mustBeSeen(mac, address, nowMs) };
  }

  /** Leases to the client an address that was chosen for it. @returns for how many seconds */
  confirm(mac: MacAddress, address: Ipv4Address, nowMs: number): number {
    const expiresAtMs = nowMs + this.termMs(mac, address, nowMs);
    // who has just taken it could not answer there before
    const seen = this.untaken.has(address) ? undefined : this.leases.get(address)?.seen;
    const held = { mac, expiresAtMs, probedUntilMs: expiresAtMs, confirmedAtMs: nowMs };
    this.hold(address, { ...held, ...(seen && { seen }) }, nowMs);
    this.untaken.delete(address);
    return Math.max(1, Math.floor((expiresAtMs - nowMs) / 1000));
  }

  /** Nobody else answered for the address that is, or was, held for this client; `isThere`: the client itself did. */
  probed(mac: MacAddress, address: Ipv4Address, nowMs: number, isThere = false): void {
    const lease = this.leases.get(address);
    if (lease?.mac !== mac && (lease === undefined || !this.untaken.has(address))) return;
    const seen = lease.mac === mac ? { seen: { atMs: nowMs, isThere } } : {};
    this.leases.set(address, { ...lease, ...seen, probedUntilMs: nowMs + PROBED_MS });
  }

  /**
   * Another card answered for the address that is held for this client: the one that had it before has it again, for anybody can
   * say in its name that it does not need it. @returns false when it is nobody's whom we know: then nobody gets it
   */
  foundAnother(mac: MacAddress, address: Ipv4Address, user: MacAddress, nowMs: number): boolean {
    const lease = this.leases.get(address);
    if (lease?.mac !== mac || lease.former !== user || this.addressOfMac.has(user)) {
      this.decline(mac, address, nowMs);
      return false;
    }
    const expiresAtMs = nowMs + this.options.leaseSeconds * 1000;
    const seen = { atMs: nowMs, isThere: true };
    this.addressOfMac.delete(mac);
    this.hold(address, { mac: user, expiresAtMs, probedUntilMs: expiresAtMs, seen }, nowMs);
    this.untaken.delete(address);
    return true;
  }

  /** The client gives its address back, or took another server's. */
  release(mac: MacAddress, nowMs: number): void {
    const address = this.addressOfMac.get(mac);
    const lease = address === undefined ? undefined : this.leases.get(address);
    if (address === undefined || lease === undefined) return;
    this.noteFree(address, nowMs);
    // the entry stays so that the client gets the same address next time
    this.set(address, { ...lease, expiresAtMs: 0 });
    this.untaken.delete(address);
  }

  /**
   * Another machine uses the address: nobody gets it for ten minutes. `isSaid`: its client says so, and no probe has seen it;
   * then it is given, after a probe, when nothing else is free: made-up clients say so of every address.
   */
  decline(mac: MacAddress, address: Ipv4Address, nowMs: number, isSaid = false): void {
    const lease = this.leases.get(address);
    if (lease?.mac !== mac) return;
    if (isSaid && nowMs - (lease.confirmedAtMs ?? nowMs) > DECLINE_MS) return;
    if (isSaid) this.noteFree(address, nowMs);
    this.addressOfMac.delete(mac);
    this.untaken.delete(address);
    const conflict = { mac: undefined, expiresAtMs: nowMs + CONFLICT_MS, probedUntilMs: 0 };
    this.set(address, { ...conflict, ...(isSaid && { isDeclined: true as const, former: mac }) });
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

  private choose(mac: MacAddress, address: Ipv4Address, nowMs: number, isPromised = false): Choice {
    const earlier = this.leases.get(address);
    const own = earlier?.mac === mac ? earlier : undefined;
    // nobody has begun to use an address that was only offered
    const isUntaken = this.untaken.has(address);
    const probedUntilMs = own !== undefined || isUntaken ? (earlier?.probedUntilMs ?? 0) : 0;
    // a lease is not made shorter by its client asking again, and a client that asks often costs no write each time
    const isHeld = own !== undefined && own.expiresAtMs > nowMs + OFFER_MS / 2;
    const isLeased = own !== undefined && own.expiresAtMs > nowMs && !isUntaken;
    // nor is it made longer while addresses are few, but by `confirm`
    if (!isHeld && !(isLeased && this.shortage.isNow(nowMs))) {
      this.hold(address, { ...own, mac, expiresAtMs: nowMs + OFFER_MS, probedUntilMs, isPromised }, nowMs);
      this.untaken.delete(address);
      if (!isLeased && this.own.ownerOf(address) === undefined) this.untaken.add(address);
    }
    return { address, needsProbe: probedUntilMs <= nowMs };
  }

  /** How long the client may have the address. */
  termMs(mac: MacAddress, address: Ipv4Address, nowMs: number): number {
    const lease = this.leases.get(address);
    const isThere = lease?.mac === mac && lease.seen?.isThere === true && isRecent(lease.seen.atMs, nowMs);
    if (isThere || this.own.ownerOf(address) === mac || !this.shortage.isNow(nowMs))
      return this.options.leaseSeconds * 1000;
    const isIts = lease?.mac === mac && lease.expiresAtMs > nowMs && !this.untaken.has(address);
    return isIts ? lease.expiresAtMs - nowMs : TRIAL_MS;
  }

  /** Whether an address is made longer only for a client that is seen there, and nobody has looked yet. */
  private mustBeSeen(mac: MacAddress, address: Ipv4Address, nowMs: number): boolean {
    const lease = this.leases.get(address);
    const isTaken = lease?.mac === mac && !this.untaken.has(address);
    if (!isTaken || this.own.ownerOf(address) === mac || !this.shortage.isNow(nowMs)) return false;
    return lease.seen === undefined || !isRecent(lease.seen.atMs, nowMs);
  }

  /** Whether the client may have an address now that nobody else holds: of the last ones, who asks again. */
  private isDue(mac: MacAddress, address: Ipv4Address, nowMs: number): boolean {
    const lease = this.leases.get(address);
    const isIts = lease?.mac === mac && (lease.expiresAtMs > nowMs || lease.seen?.isThere === true);
    return isIts || this.own.ownerOf(address) === mac || this.isWelcome(mac, nowMs);
  }

  private isWelcome(mac: MacAddress, nowMs: number): boolean {
    if (!this.shortage.isNow(nowMs) || this.shortage.isPatient(mac, nowMs)) return true;
    this.options.onShortage?.();
    return false;
  }

  /** Addresses that are no configured machine's. */
  private countOpen(nowMs: number): { free: number; kept: number } {
    const open = this.addresses.filter((address) => this.own.ownerOf(address) === undefined);
    const free = open.filter((address) => !this.isHeld(address, nowMs)).length;
    return { free, kept: open.length < HANDFUL ? -Infinity : Math.floor(open.length * FEW_SHARE) };
  }

  private isHeld(address: Ipv4Address, nowMs: number): boolean {
    const lease = this.leases.get(address);
    return lease !== undefined && lease.expiresAtMs > nowMs && lease.isDeclined !== true;
  }

  /** An address is free again. */
  private noteFree(address: Ipv4Address, nowMs: number): void {
    this.fullUntilMs = 0;
    if (this.isHeld(address, nowMs) && this.own.ownerOf(address) === undefined) this.shortage.add(1);
  }

  /** One address for one client: what it held before is free again. */
  private hold(address: Ipv4Address, lease: Lease & { readonly mac: MacAddress }, nowMs: number): void {
    const earlier = this.addressOfMac.get(lease.mac);
    if (earlier !== undefined && earlier !== address) {
      this.noteFree(earlier, nowMs);
      this.leases.delete(earlier);
      this.untaken.delete(earlier);
    }
    if (!this.isHeld(address, nowMs) && this.own.ownerOf(address) === undefined) this.shortage.add(-1);
    const held = this.leases.get(address);
    const former = held?.mac === lease.mac ? held.former : (held?.mac ?? held?.former);
    if (former !== undefined && this.addressOfMac.get(former) === address) this.addressOfMac.delete(former);
    this.addressOfMac.set(lease.mac, address);
    this.set(address, former === undefined || former === lease.mac ? lease : { ...lease, former });
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

  /** Whether the client had the address until somebody said otherwise, and nobody else is known to be there. */
  private isFormer(mac: MacAddress, address: Ipv4Address, nowMs: number): boolean {
    const lease = this.leases.get(address);
    if (lease?.former !== mac || !this.isOpenTo(mac, address)) return false;
    return lease.isDeclined === true || (this.untaken.has(address) && lease.probedUntilMs <= nowMs);
  }

  /** Whether the address is kept for no other configured machine. */
  private isOpenTo(mac: MacAddress, address: Ipv4Address): boolean {
    const owner = this.own.ownerOf(address);
    return owner === undefined || owner === mac;
  }

  /** Whether an address that was offered may go to this client instead. */
  private isContested(mac: MacAddress, address: Ipv4Address, nowMs: number): boolean {
    const isPromised = this.leases.get(address)?.isPromised === true && this.isHeld(address, nowMs);
    return !isPromised && this.isOpenTo(mac, address);
  }

  /** An address that nobody had, else the one whose lease ended first, else what was declined longest ago. */
  private findFree(mac: MacAddress, nowMs: number): Ipv4Address | undefined {
    if (nowMs < this.fullUntilMs && nowMs >= this.fullUntilMs - FULL_MS) return undefined;
    let oldest: { readonly address: Ipv4Address; readonly expiresAtMs: number } | undefined;
    for (const address of this.addresses) {
      if (this.isHeld(address, nowMs) || !this.isOpenTo(mac, address)) continue;
      const lease = this.leases.get(address);
      if (lease === undefined) return address;
      // what was declined ends in the future: it comes last
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
      if (!this.isContested(mac, address, nowMs)) continue;
      this.pressedUntilMs = nowMs + OFFER_MS;
      this.options.onPressure?.();
      return address;
    }
    return undefined;
  }
}

const isRecent = (atMs: number, nowMs: number): boolean => nowMs >= atMs && nowMs - atMs < SEEN_MS;
