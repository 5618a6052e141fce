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
}

/**
 * Calls back with each new piece of text. The file need not exist yet and may be emptied while it is followed
 * (`onEmptied` is told). At most 64 KiB are held at a time. Polling, since inotify misses what overlay and network
 * file systems do.
 */
export function followText(
  path: string,
  onText: (text: string) => void,
  options: FollowOptions = {},
  onEmptied: () => void = () => undefined,
): FileFollower {
  const { intervalMs = 50, maxBytes = Infinity } = options;
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
      onEmptied();
    }
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0) break;
      position += bytesRead;
      onText(decoder.decode(buffer.subarray(0, bytesRead), { stream: true }));
    }
    if (position > maxBytes) {
      await handle.truncate(0);
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
