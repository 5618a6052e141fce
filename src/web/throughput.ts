import type { BootEvent } from '../model/boot-event.ts';

/** Seconds that are shown. */
export const SHOWN_SECONDS = 120;

/**
 * Bytes sent in each second. A transfer is told of when it has ended, with its size and how long it took: it is spread over that
 * time.
 */
export class Throughput {
  readonly #bytes = new Map<number, number>();

  take({ type, time, detail }: BootEvent): void {
    if (type !== 'tftp.done' && type !== 'http.done') return;
    const sentBytes = Number(detail['sentBytes'] ?? 0);
    const endMs = Date.parse(time);
    const durationMs = Math.max(1, Number(detail['durationMs'] ?? 0));
    const startMs = endMs - durationMs;
    const oldest = secondOf(endMs) - SHOWN_SECONDS;
    for (let second = Math.max(oldest, secondOf(startMs)); second <= secondOf(endMs); second += 1) {
      const within = Math.min(endMs, (second + 1) * 1000) - Math.max(startMs, second * 1000);
      const share = (sentBytes * Math.max(0, within)) / durationMs;
      this.#bytes.set(second, (this.#bytes.get(second) ?? 0) + share);
    }
    if (this.#bytes.size > 4 * SHOWN_SECONDS) {
      for (const second of this.#bytes.keys()) if (second < oldest) this.#bytes.delete(second);
    }
  }

  /** Oldest first, the last one is the second that has just ended. */
  until(nowMs: number): readonly number[] {
    const last = secondOf(nowMs) - 1;
    return Array.from(
      { length: SHOWN_SECONDS },
      (_, index) => this.#bytes.get(last - SHOWN_SECONDS + 1 + index) ?? 0,
    );
  }
}

const secondOf = (ms: number): number => Math.floor(ms / 1000);
