import type { Transfer } from './transfer.ts';

/** A client of a LAN that has not acknowledged anything for so long, or has begun so long ago, is no longer at it. */
const MOVES_MS = 1000;

type Running = Pick<Transfer, 'answeredAtMs' | 'hasAnswered' | 'tick' | 'stop'>;

/**
 * Transfers by the address and port of their client. Anybody can ask in its name: one that moves goes on beside a newer request
 * of that port, until that one is answered.
 */
export class Transfers<T extends Running = Transfer> {
  readonly #current = new Map<string, T>();
  readonly #earlier = new Map<string, T>();

  get size(): number {
    return this.#current.size + this.#earlier.size;
  }

  of(key: string): T | undefined {
    return this.#current.get(key);
  }

  all(): T[] {
    return [...this.#current.values(), ...this.#earlier.values()];
  }

  /** The client asks anew: what does not move is over. */
  endStill(key: string, nowMs: number): void {
    const running = this.#current.get(key);
    if (running !== undefined && !isMoving(running, nowMs)) running.stop('superseded');
  }

  add(key: string, transfer: T, nowMs: number): void {
    const running = this.#current.get(key);
    this.#current.set(key, transfer);
    if (running === undefined) return;
    const earlier = this.#earlier.get(key);
    if (!isMoving(running, nowMs) || earlier?.hasAnswered === true) return running.stop('superseded');
    // who has acknowledged something is the client
    if (earlier !== undefined && !running.hasAnswered) return running.stop('superseded');
    this.#earlier.set(key, running);
    earlier?.stop('superseded');
  }

  remove(key: string, ended: T): void {
    const earlier = this.#earlier.get(key);
    if (earlier === ended) this.#earlier.delete(key);
    if (this.#current.get(key) !== ended) return;
    this.#current.delete(key);
    if (earlier === undefined || earlier === ended) return;
    this.#earlier.delete(key);
    this.#current.set(key, earlier);
  }

  tick(nowMs: number): void {
    for (const transfer of this.all()) transfer.tick(nowMs);
    for (const [key, earlier] of this.#earlier) {
      const isAnswered = this.#current.get(key)?.hasAnswered === true;
      if (isAnswered || !isMoving(earlier, nowMs)) earlier.stop('superseded');
    }
  }
}

const isMoving = ({ answeredAtMs }: Running, nowMs: number): boolean => nowMs - answeredAtMs < MOVES_MS;
