import { printable } from '../../model/printable.ts';
import type { RunningTransfer } from '../../model/running-transfer.ts';

/** The rate is that of the last seconds: what a machine does now says when it will be done. */
const WINDOW_MS = 3_000;

interface Sample {
  readonly atMs: number;
  readonly sentBytes: number;
}

/** A file on its way, with how fast it goes. */
export interface TransferProgress extends RunningTransfer {
  /** 0 while it stands still; absent before it could be measured */
  readonly bytesPerSecond?: number;
  readonly remainingMs?: number;
}

/** Measures the files on their way from one look to the next. Only those that go on are remembered. */
export class TransferRates {
  #samples = new Map<string, readonly Sample[]>();
  #current: readonly TransferProgress[] = [];

  get current(): readonly TransferProgress[] {
    return this.#current;
  }

  update(transfers: readonly RunningTransfer[], nowMs: number): void {
    const samples = new Map<string, readonly Sample[]>();
    this.#current = transfers.map((running) => {
      const transfer = { ...running, path: printable(running.path) };
      const key = `${transfer.ip} ${transfer.startedAt} ${transfer.path}`;
      const before = (this.#samples.get(key) ?? []).filter(({ atMs }) => nowMs - atMs <= WINDOW_MS);
      samples.set(key, [...before, { atMs: nowMs, sentBytes: transfer.sentBytes }]);
      const first = before[0] ?? { atMs: Date.parse(transfer.startedAt), sentBytes: 0 };
      const tookMs = nowMs - first.atMs;
      if (tookMs < 100) return transfer;
      const bytesPerSecond = Math.max(0, ((transfer.sentBytes - first.sentBytes) * 1000) / tookMs);
      const leftBytes = transfer.sizeBytes - transfer.sentBytes;
      return {
        ...transfer,
        bytesPerSecond,
        ...(bytesPerSecond > 0 ? { remainingMs: (leftBytes * 1000) / bytesPerSecond } : {}),
      };
    });
    this.#samples = samples;
  }
}
