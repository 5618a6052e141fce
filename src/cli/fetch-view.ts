import type { FetchProgress } from '../images/fetch-progress.ts';
import type { Output } from './output.ts';
import { formatBytes, formatDuration } from '../model/units.ts';

/** Without a terminal a line every so often is enough. */
const PLAIN_INTERVAL_MS = 5_000;

interface Transfer {
  readonly startedAt: number;
  readonly startBytes: number;
  doneBytes: number;
  lastPrintedAt: number;
}

/** Shows the progress of a fetch: a line that moves on a terminal, else one line every few seconds. */
export function fetchView(output: Output): FetchProgress {
  const transfers = new Map<string, Transfer>();
  return (event) => {
    if (event.type === 'warning') return output.warn(`${event.subject}: ${event.text}`);
    if (event.type !== 'bytes') return output.progress(`${event.subject}: ${event.text}`);

    const key = `${event.subject} ${event.file}`;
    const now = performance.now();
    const known = transfers.get(key);
    // a download that starts over has a rate of its own
    const isOn = known !== undefined && event.doneBytes >= known.doneBytes;
    const transfer: Transfer = isOn
      ? known
      : {
          startedAt: now,
          startBytes: event.doneBytes,
          doneBytes: event.doneBytes,
          lastPrintedAt: known?.lastPrintedAt ?? now,
        };
    transfer.doneBytes = event.doneBytes;
    transfers.set(key, transfer);
    const line = transferLine(
      key,
      event.doneBytes,
      event.totalBytes,
      now - transfer.startedAt,
      transfer.startBytes,
    );
    if (output.isTerminal) return output.status(line);
    if (now - transfer.lastPrintedAt < PLAIN_INTERVAL_MS) return;
    transfer.lastPrintedAt = now;
    output.progress(line);
  };
}

function transferLine(
  name: string,
  doneBytes: number,
  totalBytes: number | undefined,
  elapsedMs: number,
  startBytes: number,
): string {
  const bytesPerMs = elapsedMs > 0 ? (doneBytes - startBytes) / elapsedMs : 0;
  const rate = bytesPerMs > 0 ? `  ${formatBytes(bytesPerMs * 1000)}/s` : '';
  if (totalBytes === undefined) return `${name}: ${formatBytes(doneBytes)}${rate}`;
  const percent = totalBytes > 0 ? Math.floor((doneBytes / totalBytes) * 100) : 100;
  const left = bytesPerMs > 0 ? `  ${formatDuration((totalBytes - doneBytes) / bytesPerMs)} left` : '';
  return `${name}: ${percent}% of ${formatBytes(totalBytes)}${rate}${left}`;
}
