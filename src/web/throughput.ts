import type { BootEvent } from '../model/boot-event.ts';
import type { RunningTransfer } from '../model/running-transfer.ts';

/** A file that has ended is told of a moment later. */
const KEPT_MS = 10_000;

type SeenTransfer = Pick<RunningTransfer, 'ip' | 'path' | 'startedAt' | 'sentBytes'>;

/** Seconds that are shown. */
export const SHOWN_SECONDS = 120;

interface Counted {
  readonly sentBytes: number;
  readonly atMs: number;
}

/**
 * Bytes sent in each second. Of files on their way that somebody asks for, what was sent since the last look; others are told of
 * when they have ended, with their size and how long they took, and are spread over that time.
 */
export class Throughput {
  readonly #bytes = new Map<number, number>();
  /** what is counted of files on their way */
  readonly #counted = new Map<string, Counted>();

  take({ type, time, ip, detail }: BootEvent): void {
    if (type !== 'tftp.done' && type !== 'http.done') return;
    const endMs = Date.parse(time);
    const key = keyOf(ip, String(detail['path'] ?? ''));
    const counted = this.#counted.get(key) ?? {
      sentBytes: 0,
      atMs: endMs - Math.max(1, Number(detail['durationMs'] ?? 0)),
    };
    this.#counted.delete(key);
    this.#spread(Number(detail['sentBytes'] ?? 0) - counted.sentBytes, counted.atMs, endMs);
  }

  /** How far files are now. */
  look(transfers: readonly SeenTransfer[], nowMs: number): void {
    for (const { ip, path, startedAt, sentBytes } of transfers) {
      const key = keyOf(ip, path);
      const before = this.#counted.get(key);
      // the same file for the same client once more
      const counted =
        before !== undefined && before.sentBytes <= sentBytes
          ? before
          : { sentBytes: 0, atMs: Date.parse(startedAt) };
      this.#spread(sentBytes - counted.sentBytes, counted.atMs, nowMs);
      this.#counted.set(key, { sentBytes, atMs: nowMs });
    }
    for (const [key, { atMs }] of this.#counted) if (nowMs - atMs > KEPT_MS) this.#counted.delete(key);
  }

  #spread(bytes: number, fromMs: number, endMs: number): void {
    if (bytes <= 0) return;
    const startMs = Math.min(fromMs, endMs - 1);
    const oldest = secondOf(endMs) - SHOWN_SECONDS;
    for (let second = Math.max(oldest, secondOf(startMs)); second <= secondOf(endMs); second += 1) {
      const within = Math.min(endMs, (second + 1) * 1000) - Math.max(startMs, second * 1000);
      const share = (bytes * Math.max(0, within)) / (endMs - startMs);
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

const keyOf = (ip: string | undefined, path: string): string => `${ip ?? ''} ${path}`;
