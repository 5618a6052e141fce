import { Places, sourceOf, type Holder, type Peer } from './places.ts';
import type { Transfer } from './transfer.ts';
import { UnprovenTransfers } from './unproven-transfers.ts';
import { WaitingTransfers } from './waiting-transfers.ts';

/**
 * A client of a LAN that has not acknowledged anything for so long is no longer at it: a request again from the same port is a
 * retransmission before, later a client that began anew.
 */
const MOVES_MS = 900;
/** More that nobody has acknowledged are a flood: at 1,000 forged requests a second a true one has half a second for its answer. */
const MOST_UNPROVEN = 512;
const MOST_WAITING = 512;
/** Places that are made free at a time, some times a second. */
const MOST_GIVING_WAY = 32;

export interface TransferBounds {
  readonly most: number;
  readonly mostPerAddress: number;
}

type Running = Holder &
  Pick<Transfer, 'path' | 'startedAtMs' | 'hasProgress' | 'isWhole' | 'tick' | 'goOn' | 'stop'>;
type Asker = Peer & { readonly port: number };

/**
 * Which transfers there are. Each is unproven until its client acknowledges the first packet, and has then a place, or waits for
 * one. Anybody can ask in a client's name: what moves goes on beside a newer request of its port, until that one is acknowledged.
 */
export class Transfers<T extends Running = Transfer> {
  readonly #unproven = new UnprovenTransfers<T>(MOST_UNPROVEN);
  readonly #places: Places<T>;
  readonly #waiting: WaitingTransfers<T>;

  constructor(private readonly bounds: TransferBounds) {
    this.#places = new Places(bounds.most, bounds.mostPerAddress);
    this.#waiting = new WaitingTransfers(MOST_WAITING, (source) => this.#places.of(source));
  }

  get size(): number {
    return this.#unproven.size + this.#waiting.size + this.#places.size;
  }

  all(): T[] {
    return [...this.#unproven, ...this.#waiting, ...this.#places];
  }

  /** Whether a request is no retransmission. What stands still at its port is over. */
  isNew(peer: Asker, path: string, nowMs: number): boolean {
    const here = this.#at(peer);
    const isSame = (one: T): boolean =>
      one.path === path && !one.hasProgress && nowMs - one.startedAtMs < MOVES_MS;
    if (here.some(isSame)) return false;
    for (const one of here) {
      if (nowMs - one.answeredAtMs >= MOVES_MS && !this.#waiting.has(one)) one.stop('superseded');
    }
    return true;
  }

  /** Whether there is room for one more that nobody has acknowledged, if need be at the cost of another. */
  makesRoomFor(peer: Peer, nowMs: number): boolean {
    const givesWay = this.#unproven.givingWay(peer, nowMs);
    if (givesWay === 'refused') return false;
    givesWay?.stop('gave-way');
    return true;
  }

  begin(transfer: T): void {
    this.#unproven.add(transfer);
  }

  /** Its client has acknowledged the first packet. */
  answered(transfer: T, nowMs: number): void {
    const { peer } = transfer;
    this.#unproven.delete(transfer);
    for (const other of this.#at(peer)) other.stop('superseded');
    // nothing more is to be sent
    if (transfer.isWhole) return transfer.goOn();
    const count = this.#places.of(peer.address) + this.#waiting.countOf(peer.address);
    if (count >= this.bounds.mostPerAddress) {
      const still = this.#places.givingWayAt(peer.address, nowMs);
      if (still === undefined) return transfer.stop('too-many-transfers');
      still.stop('gave-way');
    }
    if (!this.#places.isFull && this.#places.of(sourceOf(peer)) < this.#places.mostPerCard) {
      this.#givePlace(transfer);
    } else this.#waiting.add(transfer)?.stop('gave-way');
  }

  /** Its place is given to the next that waits. */
  ended(transfer: T): void {
    if (this.#unproven.delete(transfer) || this.#waiting.delete(transfer)) return;
    if (!this.#places.delete(transfer)) return;
    const next = this.#waiting.next(this.#places.mostPerCard);
    if (next !== undefined) this.#givePlace(next);
  }

  tick(nowMs: number): void {
    for (const transfer of this.all()) transfer.tick(nowMs);
    if (!this.#places.isFull) return;
    for (let made = 0; made < MOST_GIVING_WAY && this.#waiting.size > 0; made += 1) {
      const fewest = this.#waiting.fewestPlaces();
      if (fewest >= this.#places.mostPerCard) return;
      const worst = this.#places.givingWay(fewest, nowMs);
      if (worst === undefined) return;
      worst.stop('gave-way');
    }
  }

  #givePlace(transfer: T): void {
    this.#places.add(transfer);
    transfer.goOn();
  }

  #at({ address, port }: Asker): T[] {
    return this.all().filter(({ peer }) => peer.port === port && peer.address === address);
  }
}
