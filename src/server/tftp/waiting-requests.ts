import type { TftpRequest } from '../../protocol/tftp/packets.ts';
import type { TransferPeer } from './transfer.ts';

/** a client asks again by itself after a few seconds */
const VALID_MS = 5000;

export interface WaitingRequest {
  readonly request: TftpRequest;
  readonly peer: TransferPeer;
  readonly sinceMs: number;
}

/** Whose a request is: one card may have many addresses, and made-up addresses have no card. */
export function sourceOf({ mac, address }: TransferPeer): string {
  return mac ?? address;
}

/**
 * Requests that wait for a place, one of each port. Who has fewest places comes first, of these whose card is known: an
 * address without one may be made up. Where there is no room for one more, who has most places and requests gives way: no host keeps
 * others from asking.
 */
export class WaitingRequests {
  readonly #waiting = new Map<string, WaitingRequest>();

  constructor(
    private readonly most: number,
    private readonly placesOf: (source: string) => number,
  ) {}

  get size(): number {
    return this.#waiting.size;
  }

  /** Of this address. */
  countOf(address: string): number {
    return [...this.#waiting.values()].filter(({ peer }) => peer.address === address).length;
  }

  /** @returns who is not waited for any more: the new one itself, another that gave way, or nobody */
  add(waiting: WaitingRequest): WaitingRequest | undefined {
    const key = keyOf(waiting.peer);
    let givesWay: WaitingRequest | undefined;
    // who asks again keeps its turn
    if (this.#waiting.size >= this.most && !this.#waiting.has(key)) {
      const load = this.#loads();
      const weightOf = ({ peer }: WaitingRequest): number =>
        (load.get(sourceOf(peer)) ?? this.placesOf(sourceOf(peer))) + namelessWeight(peer);
      givesWay = waiting;
      for (const one of this.#waiting.values()) if (weightOf(one) > weightOf(givesWay)) givesWay = one;
      if (givesWay === waiting) return waiting;
      this.#waiting.delete(keyOf(givesWay.peer));
    }
    this.#waiting.set(key, waiting);
    return givesWay;
  }

  /** Takes out whose turn it is: the first of those with fewest places, and fewer than `mostPlaces`. */
  next(nowMs: number, mostPlaces: number): WaitingRequest | undefined {
    let next: WaitingRequest | undefined;
    let fewest = Infinity;
    for (const [key, one] of this.#waiting) {
      if (nowMs - one.sinceMs > VALID_MS) {
        this.#waiting.delete(key);
        continue;
      }
      const places = this.placesOf(sourceOf(one.peer));
      const weight = places + namelessWeight(one.peer);
      if (places < mostPlaces && weight < fewest) [next, fewest] = [one, weight];
    }
    if (next !== undefined) this.#waiting.delete(keyOf(next.peer));
    return next;
  }

  /** Places of who has fewest of those that still wait; infinite when nobody does. */
  fewestPlaces(nowMs: number): number {
    let fewest = Infinity;
    for (const { peer, sinceMs } of this.#waiting.values()) {
      if (nowMs - sinceMs <= VALID_MS) fewest = Math.min(fewest, this.placesOf(sourceOf(peer)));
    }
    return fewest;
  }

  clear(): void {
    this.#waiting.clear();
  }

  /** Places and waiting requests of each who waits. */
  #loads(): ReadonlyMap<string, number> {
    const loads = new Map<string, number>();
    for (const { peer } of this.#waiting.values()) {
      const source = sourceOf(peer);
      loads.set(source, (loads.get(source) ?? this.placesOf(source)) + 1);
    }
    return loads;
  }
}

/** Less than a place: behind a relay no card is known either. */
const namelessWeight = ({ mac }: TransferPeer): number => (mac === undefined ? 0.5 : 0);

const keyOf = ({ address, port }: TransferPeer): string => `${address}:${port}`;
