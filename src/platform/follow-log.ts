import { open, type FileHandle } from 'node:fs/promises';

/** A log file that another process appends to, read as it grows. */
export interface LogFollower {
  /** reads what is still unread and stops */
  stop(): Promise<void>;
}

export interface FollowLogOptions {
  /** byte to begin at (default 0) */
  readonly from?: number;
  readonly intervalMs?: number;
  /** the file is emptied when it has grown beyond this; its writer must append (O_APPEND) */
  readonly maxBytes?: number;
}

const MAX_LINE_CHARACTERS = 64 * 1024;

/**
 * Calls back with every complete line. The file need not exist yet and may be emptied while it is followed.
 * Polling, since inotify misses what overlay and network file systems do.
 */
export function followLog(
  path: string,
  onLine: (line: string) => void,
  options: FollowLogOptions = {},
): LogFollower {
  const { intervalMs = 50, maxBytes = Infinity } = options;
  const buffer = new Uint8Array(65_536);
  let decoder = new TextDecoder();
  let handle: FileHandle | undefined;
  let position = options.from ?? 0;
  let rest = '';
  let isStopped = false;
  let wake: () => void = () => undefined;

  const takeText = (text: string): void => {
    const lines = (rest + text).split('\n');
    rest = (lines.pop() ?? '').slice(-MAX_LINE_CHARACTERS);
    for (const line of lines) onLine(line);
  };
  const readAll = async (): Promise<void> => {
    handle ??= await open(path, 'r+').catch(() => undefined);
    if (handle === undefined) return;
    const { size } = await handle.stat();
    if (size < position) {
      position = 0;
      rest = '';
      decoder = new TextDecoder();
    }
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
      if (bytesRead === 0) break;
      position += bytesRead;
      takeText(decoder.decode(buffer.subarray(0, bytesRead), { stream: true }));
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
    if (rest !== '') onLine(rest);
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
