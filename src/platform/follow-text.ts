import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';

const { O_NOFOLLOW, O_RDONLY, O_RDWR } = constants;

/** A file that another process writes to, read as it grows. */
export interface FileFollower {
  /** reads what is still unread and stops */
  stop(): Promise<void>;
}

export interface FollowOptions {
  /** byte to begin at (default 0) */
  readonly from?: number;
  readonly intervalMs?: number;
  /** the file is emptied when it has grown beyond this; its writer must append (O_APPEND) */
  readonly maxBytes?: number;
  /** how far the reader may fall behind the writer: beyond it, it goes on near the end and tells what it left out */
  readonly maxBehindBytes?: number;
  readonly onSkipped?: (skippedBytes: number) => void;
}

/** After a skip: what is left to read. */
const KEPT_BEHIND_BYTES = 65_536;

/**
 * Calls back with each new piece of text. The file need not exist yet, may be emptied while it is followed, and may grow
 * faster than it is read: `onGap` is told that the next text does not go on where the last one ended, and whether it begins
 * within a line. At most 64 KiB are held at a time. Polling, since inotify misses what overlay and network file systems do.
 */
export function followText(
  path: string,
  onText: (text: string) => void,
  options: FollowOptions = {},
  onGap: (isInLine: boolean) => void = () => undefined,
): FileFollower {
  const { intervalMs = 50, maxBytes = Infinity, maxBehindBytes = Infinity } = options;
  const buffer = new Uint8Array(65_536);
  let decoder = new TextDecoder();
  let handle: FileHandle | undefined;
  let position = options.from ?? 0;
  let isStopped = false;
  let wake: () => void = () => undefined;

  const readAll = async (): Promise<void> => {
    handle ??= await open(path, maxBytes === Infinity ? O_RDONLY : O_RDWR | O_NOFOLLOW).catch(
      () => undefined,
    );
    if (handle === undefined) return;
    const { size } = await handle.stat();
    if (size < position) {
      position = 0;
      decoder = new TextDecoder();
      onGap(false);
    }
    if (size - position > maxBehindBytes) {
      const next = size - KEPT_BEHIND_BYTES;
      options.onSkipped?.(next - position);
      position = next;
      decoder = new TextDecoder();
      onGap(true);
    }
    // up to the end seen: a writer that is faster must not keep it from being emptied
    while (position < size) {
      const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, size - position), position);
      if (bytesRead === 0) break;
      position += bytesRead;
      onText(decoder.decode(buffer.subarray(0, bytesRead), { stream: true }));
    }
    if (position > maxBytes) {
      const unreadBytes = (await handle.stat()).size - position;
      await handle.truncate(0);
      if (unreadBytes > 0) {
        options.onSkipped?.(unreadBytes);
        onGap(false);
      }
      position = 0;
    }
  };
  const following = (async () => {
    while (!isStopped) {
      await readAll().catch(() => undefined);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, intervalMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    await readAll().catch(() => undefined);
    await handle?.close();
  })();
  return {
    stop: async () => {
      isStopped = true;
      wake();
      await following;
    },
  };
}
