import type { Ipv4Address } from '../../protocol/addresses.ts';
import type { Holder, Peer } from './places.ts';
import { namelessWeight } from './waiting-transfers.ts';

/** A client that is there has acknowledged by then, also on a busy computer. */
const ROUND_TRIP_MS = 250;

/**
 * Transfers that nobody has acknowledged. Anybody can ask in a client's name, but not acknowledge in it: they count for nobody's
 * share. Where there is no room for one more, the oldest of the address that has most gives way.
 */
export class UnprovenTransfers<T extends Holder> {
  /** oldest first */
  readonly #all = new Set<T>();
  readonly #counts = new Map<Ipv4Address, number>();

  constructor(private readonly most: number) {}

  get size(): number {
    return this.#all.size;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#all.values();
  }

  add(transfer: T): void {
    this.#all.add(transfer);
    this.#count(transfer.peer, 1);
  }

  delete(transfer: T): boolean {
    if (!this.#all.delete(transfer)) return false;
    this.#count(transfer.peer, -1);
    return true;
  }

  /**
   * Who gives way to one more of this peer: nobody where there is room. `refused`: the peer itself, whose next request comes soon
   * by itself. One that was given up within a round trip hangs: its client acknowledges for long what is not there any more.
   */
  givingWay(peer: Peer, nowMs: number): T | 'refused' | undefined {
    if (this.#all.size < this.most) return undefined;
    let worst: T | undefined;
    let most = 0;
    for (const one of this.#all) {
      const weight = this.#weightOf(one.peer);
      if (weight > most) [worst, most] = [one, weight];
    }
    if (worst === undefined) return 'refused';
    const isOld = nowMs - worst.answeredAtMs >= ROUND_TRIP_MS;
    return isOld || most > this.#weightOf(peer) + 1 ? worst : 'refused';
  }

  #weightOf(peer: Peer): number {
    return (this.#counts.get(peer.address) ?? 0) + namelessWeight(peer);
  }

  #count({ address }: Peer, change: 1 | -1): void {
    const count = (this.#counts.get(address) ?? 0) + change;
    if (count === 0) this.#counts.delete(address);
    else this.#counts.set(address, count);
  }
}
