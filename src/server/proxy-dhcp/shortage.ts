import { forgetOldest } from '../../protocol/forget-oldest.ts';
import type { MacAddress } from '../../protocol/addresses.ts';

/** counted anew so often; in between what is given and given back is counted along */
const COUNT_MS = 1000;
/** firmware and systems ask again after a second or more: iPXE after 1 s, EDK2 after 4 s */
const PATIENCE_MS = 800;
/** longer than the longest pause between two tries, EDK2's 32 s */
const FORGOTTEN_MS = 60_000;
/** some seconds of a flood: who asks again is still known then */
const MAX_CLIENTS = 16_384;

interface Count {
  readonly free: number;
  /** kept back of them for those who ask again */
  readonly kept: number;
}

/** Whether addresses are few, and which clients without one have been asking since: those of a flood come once, a machine asks again. */
export class Shortage {
  #count: Count = { free: 0, kept: 0 };
  #untilMs = 0;
  readonly #firstAskedMs = new Map<MacAddress, number>();

  constructor(private readonly count: (nowMs: number) => Count) {}

  isNow(nowMs: number): boolean {
    if (nowMs >= this.#untilMs || nowMs < this.#untilMs - COUNT_MS) {
      this.#count = this.count(nowMs);
      this.#untilMs = nowMs + COUNT_MS;
      if (this.#count.free > this.#count.kept) this.#firstAskedMs.clear();
    }
    return this.#count.free <= this.#count.kept;
  }

  /** Whether there is one left for who asks again. */
  hasFree(): boolean {
    return this.#count.free > 0;
  }

  /** So many addresses more are free. */
  add(count: number): void {
    this.#count = { ...this.#count, free: this.#count.free + count };
  }

  /** Notes that the client asks, and says whether it has been asking for a while. */
  isPatient(mac: MacAddress, nowMs: number): boolean {
    const firstMs = this.#firstAskedMs.get(mac);
    if (firstMs !== undefined && nowMs >= firstMs && nowMs - firstMs <= FORGOTTEN_MS) {
      return nowMs - firstMs >= PATIENCE_MS;
    }
    this.#firstAskedMs.delete(mac);
    this.#firstAskedMs.set(mac, nowMs);
    forgetOldest(this.#firstAskedMs, MAX_CLIENTS);
    return false;
  }
}
