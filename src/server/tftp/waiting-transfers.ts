import { sourceOf, type Holder, type Peer } from './places.ts';

/**
 * Transfers that wait for a place after their first acknowledgement. Who has fewest places comes first, of these whose card is
 * known: an address without one may be made up. Where there is no room for one more, who has most places and waits most gives way:
 * no host keeps others from waiting.
 */
export class WaitingTransfers<T extends Holder> {
  readonly #waiting = new Set<T>();

  constructor(
    private readonly most: number,
    private readonly placesOf: (source: string) => number,
  ) {}

  get size(): number {
    return this.#waiting.size;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#waiting.values();
  }

  has(transfer: T): boolean {
    return this.#waiting.has(transfer);
  }

  delete(transfer: T): boolean {
    return this.#waiting.delete(transfer);
  }

  /** Of this address. */
  countOf(address: string): number {
    return [...this.#waiting].filter(({ peer }) => peer.address === address).length;
  }

  /** @returns who is not waited for any more: the new one itself, another that gave way, or nobody */
  add(transfer: T): T | undefined {
    let givesWay: T | undefined;
    if (this.#waiting.size >= this.most) {
      const load = this.#loads();
      const weightOf = ({ peer }: T): number =>
        (load.get(sourceOf(peer)) ?? this.placesOf(sourceOf(peer))) + namelessWeight(peer);
      givesWay = transfer;
      for (const one of this.#waiting) if (weightOf(one) > weightOf(givesWay)) givesWay = one;
      if (givesWay === transfer) return transfer;
      this.#waiting.delete(givesWay);
    }
    this.#waiting.add(transfer);
    return givesWay;
  }

  /** Takes out whose turn it is: the first of those with fewest places, and fewer than `mostPlaces`. */
  next(mostPlaces: number): T | undefined {
    let next: T | undefined;
    let fewest = Infinity;
    for (const one of this.#waiting) {
      const places = this.placesOf(sourceOf(one.peer));
      const weight = places + namelessWeight(one.peer);
      if (places < mostPlaces && weight < fewest) [next, fewest] = [one, weight];
    }
    if (next !== undefined) this.#waiting.delete(next);
    return next;
  }

  /** Places of who has fewest of those that wait; infinite when nobody does. */
  fewestPlaces(): number {
    return Math.min(...Array.from(this.#waiting, ({ peer }) => this.placesOf(sourceOf(peer))));
  }

  /** Places and waiting transfers of each who waits. */
  #loads(): ReadonlyMap<string, number> {
    const loads = new Map<string, number>();
    for (const { peer } of this.#waiting) {
      const source = sourceOf(peer);
      loads.set(source, (loads.get(source) ?? this.placesOf(source)) + 1);
    }
    return loads;
  }
}

/** Less than a place: behind a relay no card is known either. */
export const namelessWeight = ({ mac }: Pick<Peer, 'mac'>): number => (mac === undefined ? 0.5 : 0);
