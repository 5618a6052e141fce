import type { Ipv4Address, MacAddress } from '../../protocol/addresses.ts';
import { sourceOf } from './waiting-requests.ts';

/** The places that one card gets, with however many addresses. */
const CARD_SHARE = 0.25;
/** While others wait, a client that has not answered for this long gives its place away: on a LAN answers take no second. */
const STANDS_STILL_MS = 2000;
/** One that never answered may never have asked. */
const UNPROVEN_MS = 500;
/**
 * And one that takes less than this: a machine that loads 512 bytes at a time over a link of 25 ms takes more, and whoever holds
 * every place has to carry it 256 times. Made-up cards make no share of it.
 */
const SLOW_BYTES_PER_SECOND = 16 * 1024;
/** what a transfer takes is not judged sooner */
const JUDGED_AFTER_MS = 3000;

/** A client that is there has answered by then, also on a busy computer: who is younger is spared while there are others. */
const ROUND_TRIP_MS = 50;
/** so many at once that never answered no machine has */
const CROWD = 4;

interface Peer {
  readonly address: Ipv4Address;
  readonly mac: MacAddress | undefined;
}

export interface Holder {
  readonly peer: Peer & { readonly port: number };
  readonly startedAtMs: number;
  /** when it last acknowledged something new, or began */
  readonly answeredAtMs: number;
  readonly hasAnswered: boolean;
  readonly sentBytes: number;
}

/** How many transfers each address has, and each card. */
export class Places {
  readonly #counts = new Map<string, number>();

  constructor(
    private readonly most: number,
    private readonly mostPerAddress: number,
  ) {}

  /** An address alone may have as many as it is given by itself. */
  get mostPerCard(): number {
    return Math.max(this.mostPerAddress, Math.floor(this.most * CARD_SHARE));
  }

  of(source: string): number {
    return this.#counts.get(source) ?? 0;
  }

  count({ address, mac }: Peer, change: 1 | -1): void {
    for (const source of mac === undefined ? [address] : [address, mac]) {
      const places = this.of(source) + change;
      if (places === 0) this.#counts.delete(source);
      else this.#counts.set(source, places);
    }
  }

  /**
   * Who gives its place to somebody who waits and has `fewest` places: of those that never answered, else of those that stand
   * still, else of those that are very slow, of who has most places, the slowest.
   */
  givingWay<T extends Holder>(holders: Iterable<T>, fewest: number, nowMs: number): T | undefined {
    let worst: { readonly holder: T; readonly rank: readonly number[] } | undefined;
    for (const holder of holders) {
      const places = this.of(sourceOf(holder.peer));
      const ageMs = nowMs - holder.startedAtMs;
      const bytesPerSecond = (holder.sentBytes * 1000) / Math.max(1, ageMs);
      const standsStill = nowMs - holder.answeredAtMs >= STANDS_STILL_MS;
      const isUnproven = !holder.hasAnswered && ageMs >= UNPROVEN_MS;
      const isSlow = ageMs >= JUDGED_AFTER_MS && bytesPerSecond < SLOW_BYTES_PER_SECOND && fewest < places;
      if (!isUnproven && !standsStill && !isSlow) continue;
      const rank = [Number(isUnproven), Number(standsStill), places, -bytesPerSecond];
      if (worst === undefined || isHigher(rank, worst.rank)) worst = { holder, rank };
    }
    return worst?.holder;
  }

  /**
   * Who gives its place to a newcomer of its own address, whose share is full: anybody can ask in its name, but acknowledge
   * nothing. Of those that never answered any one, by chance: a client that is there has answered within a round trip, sooner
   * than a flood comes to it. Else of those that stand still.
   */
  givingWayAt<T extends Holder>(
    holders: readonly T[],
    address: Ipv4Address,
    nowMs: number,
    chance = Math.random,
  ): T | undefined {
    const own = holders.filter(({ peer }) => peer.address === address);
    const unproven = own.filter(({ hasAnswered }) => !hasAnswered);
    const still = own.filter(({ answeredAtMs }) => nowMs - answeredAtMs >= STANDS_STILL_MS);
    const old = unproven.filter(({ startedAtMs }) => nowMs - startedAtMs >= ROUND_TRIP_MS);
    const choice = [old, unproven, still].find(({ length }) => length > 0) ?? [];
    return choice[Math.floor(chance() * choice.length)];
  }

  /** The same where all places are taken: of the address that has most without an answer, of one that has more than a machine needs. */
  givingWayOfCrowd<T extends Holder>(holders: readonly T[], chance = Math.random): T | undefined {
    const unproven = holders.filter(({ hasAnswered }) => !hasAnswered);
    const byAddress = new Map<string, T[]>();
    for (const one of unproven) {
      const { address } = one.peer;
      const own = byAddress.get(address);
      if (own === undefined) byAddress.set(address, [one]);
      else own.push(one);
    }
    const crowd = [...byAddress.values()].reduce((most, one) => (one.length > most.length ? one : most), []);
    return crowd.length < CROWD ? undefined : crowd[Math.floor(chance() * crowd.length)];
  }
}

function isHigher(one: readonly number[], other: readonly number[]): boolean {
  const at = one.findIndex((value, index) => value !== other[index]);
  return at >= 0 && (one[at] ?? 0) > (other[at] ?? 0);
}
