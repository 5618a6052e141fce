/** Waiting time before the first retransmission; it doubles up to the longest. */
const TIMEOUT_MS = 1000;
const LONGEST_TIMEOUT_MS = 8000;
/** When a client of a window says again what it has: longer than an acknowledgement on its way takes on a LAN. */
const GAP_TIMEOUT_MS = 40;

/** When something is to be sent again. */
export class RetransmissionTimer {
  #deadlineMs = Number.POSITIVE_INFINITY;

  /** `firstMs`: what the client has asked for (RFC 2349). */
  constructor(private readonly firstMs = TIMEOUT_MS) {}

  restart(retriesDone: number): void {
    const waitMs = Math.min(this.firstMs * 2 ** Math.min(retriesDone, 3), LONGEST_TIMEOUT_MS);
    this.#deadlineMs = performance.now() + Math.max(this.firstMs, waitMs);
  }

  hurry(): void {
    this.#deadlineMs = Math.min(this.#deadlineMs, performance.now() + GAP_TIMEOUT_MS);
  }

  stop(): void {
    this.#deadlineMs = Number.POSITIVE_INFINITY;
  }

  isDue(nowMs: number): boolean {
    return nowMs >= this.#deadlineMs;
  }
}
