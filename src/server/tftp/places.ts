import type { Ipv4Address, MacAddress } from '../../protocol/addresses.ts';

/** The places that one card gets, with however many addresses. */
const CARD_SHARE = 0.25;
/** While others wait, a client that has not answered for this long gives its place away: on a LAN answers take no second. */
const STANDS_STILL_MS = 2000;
/**
 * And one that takes less than this: a machine that loads 512 bytes at a time over a link of 25 ms takes more, and whoever holds
 * every place has to carry it 256 times. Made-up cards make no share of it.
 */
const SLOW_BYTES_PER_SECOND = 16 * 1024;
/** what a transfer takes is not judged sooner */
const JUDGED_AFTER_MS = 3000;

export interface Peer {
  readonly address: Ipv4Address;
  readonly mac: MacAddress | undefined;
}

export interface Holder {
  readonly peer: Peer & { readonly port: number };
  /** when it got its place */
  readonly goesOnSinceMs: number;
  /** when it last acknowledged something new, or began */
  readonly answeredAtMs: number;
  readonly sentBytes: number;
}

/** Whose a transfer is: one card may have many addresses, and made-up addresses have no card. */
export function sourceOf({ mac, address }: Peer): string {
  return mac ?? address;
}

/** Transfers that have a place: how many each address has, and each card, and who gives it away. */
export class Places<T extends Holder> {
  readonly #holders = new Set<T>();
  readonly #counts = new Map<string, number>();

  constructor(
    private readonly most: number,
    private readonly mostPerAddress: number,
  ) {}

  get size(): number {
    return this.#holders.size;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#holders.values();
  }

  get isFull(): boolean {
    return this.#holders.size >= this.most;
  }

  /** An address alone may have as many as it is given by itself. */
  get mostPerCard(): number {
    return Math.max(this.mostPerAddress, Math.floor(this.most * CARD_SHARE));
  }

  of(source: string): number {
    return this.#counts.get(source) ?? 0;
  }

  add(holder: T): void {
    this.#holders.add(holder);
    this.#count(holder.peer, 1);
  }

  delete(holder: T): boolean {
    if (!this.#holders.delete(holder)) return false;
    this.#count(holder.peer, -1);
    return true;
  }

  /**
   * Who gives its place to somebody who waits and has `fewest` places: of those that stand still, else of those that are very slow,
   * of who has most places, the slowest.
   */
  givingWay(fewest: number, nowMs: number): T | undefined {
    let worst: { readonly holder: T; readonly rank: readonly number[] } | undefined;
    for (const holder of this.#holders) {
      const places = this.of(sourceOf(holder.peer));
      const ageMs = nowMs - holder.goesOnSinceMs;
      const bytesPerSecond = (holder.sentBytes * 1000) / Math.max(1, ageMs);
      const isStill = standsStill(holder, nowMs);
      const isSlow = ageMs >= JUDGED_AFTER_MS && bytesPerSecond < SLOW_BYTES_PER_SECOND && fewest < places;
      if (!isStill && !isSlow) continue;
      const rank = [Number(isStill), places, -bytesPerSecond];
      if (worst === undefined || isHigher(rank, worst.rank)) worst = { holder, rank };
    }
    return worst?.holder;
  }

  /** Who gives its place to another of its own address, whose share is full. */
  givingWayAt(address: Ipv4Address, nowMs: number): T | undefined {
    return [...this.#holders].find((one) => one.peer.address === address && standsStill(one, nowMs));
  }

  #count({ address, mac }: Peer, change: 1 | -1): void {
    for (const source of mac === undefined ? [address] : [address, mac]) {
      const places = this.of(source) + change;
      if (places === 0) this.#counts.delete(source);
      else this.#counts.set(source, places);
    }
  }
}

const standsStill = ({ answeredAtMs }: Holder, nowMs: number): boolean =>
  nowMs - answeredAtMs >= STANDS_STILL_MS;

function isHigher(one: readonly number[], other: readonly number[]): boolean {
  const at = one.findIndex((value, index) => value !== other[index]);
  return at >= 0 && (one[at] ?? 0) > (other[at] ?? 0);
}
