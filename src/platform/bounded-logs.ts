import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { writeFileAtomic } from './files.ts';

const LOOK_EVERY_MS = 1_000;
const MAX_BYTES = 8 * 1024 * 1024;
/** What is kept of a log that is emptied: its newest lines. */
const KEPT_BYTES = 1024 * 1024;

export const previousLogPath = (path: string): string => path.replace(/(\.\w+)$/, '.previous$1');

/**
 * Keeps logs that nobody here reads from filling the disk: one that has grown beyond 8 MiB is emptied, and its last MiB is kept
 * beside it. Their writers must append (O_APPEND).
 */
export function boundLogs(paths: readonly string[], maxBytes = MAX_BYTES): { stop(): void } {
  let isAtWork = false;
  const timer = setInterval(() => {
    if (isAtWork) return;
    isAtWork = true;
    void Promise.allSettled(paths.map((path) => bound(path, maxBytes))).then(() => (isAtWork = false));
  }, LOOK_EVERY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

async function bound(path: string, maxBytes: number): Promise<void> {
  const file = await open(path, constants.O_RDWR | constants.O_NOFOLLOW);
  try {
    const { size } = await file.stat();
    if (size <= maxBytes) return;
    const keptBytes = Math.min(KEPT_BYTES, size);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(keptBytes), 0, keptBytes, size - keptBytes);
    const text = buffer.subarray(0, bytesRead);
    // on a full disk the log is emptied all the same
    await writeFileAtomic(previousLogPath(path), text.subarray(text.indexOf('\n') + 1)).catch(
      () => undefined,
    );
    await file.truncate(0);
  } finally {
    await file.close();
  }
}
