import { forgetOldest } from '../../protocol/forget-oldest.ts';

const MOST = 5;
const WITHIN_MS = 60_000;
const MAX_ADDRESSES = 1_000;

/** How often wrong tokens came from an address; who sent too many waits. */
export class WrongTokens {
  readonly #times = new Map<string, readonly number[]>();

  constructor(private readonly nowMs: () => number = () => performance.now()) {}

  mayTry(address: string): boolean {
    return this.#recent(address).length < MOST;
  }

  add(address: string): void {
    const times = [...this.#recent(address), this.nowMs()];
    this.#times.delete(address);
    this.#times.set(address, times);
    forgetOldest(this.#times, MAX_ADDRESSES);
  }

  #recent(address: string): readonly number[] {
    return (this.#times.get(address) ?? []).filter((time) => this.nowMs() - time < WITHIN_MS);
  }
}
