import { open, type FileHandle } from 'node:fs/promises';

/** A file that another process writes to, read as it grows. */
export interface FileFollower {
  /** reads what is still unread and stops */
  stop(): Promise<void>;
}

/**
 * Calls back with each new piece of text of a growing file, which need not exist yet. At most 64 KiB are held
 * at a time. Polling, since the writers here (QEMU, a child in another namespace) need no faster eye.
 */
export function followText(
  path: string,
  onText: (text: string) => void,
  options: { readonly intervalMs?: number } = {},
): FileFollower {
  const intervalMs = options.intervalMs ?? 100;
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(65536);
  let handle: FileHandle | undefined;
  let isStopped = false;
  let wake: (() => void) | undefined;

  const readAll = async (): Promise<void> => {
    handle ??= await open(path, 'r').catch(() => undefined);
    while (handle !== undefined) {
      const { bytesRead } = await handle.read(buffer);
      if (bytesRead === 0) return;
      onText(decoder.decode(buffer.subarray(0, bytesRead), { stream: true }));
    }
  };
  const following = (async () => {
    while (!isStopped) {
      await readAll();
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, intervalMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    await readAll();
    await handle?.close();
  })();
  return {
    stop: async () => {
      isStopped = true;
      wake?.();
      await following;
    },
  };
}

/** As `followText`, line by line without line ends; an unfinished last line comes when following stops. */
export function followLines(path: string, onLine: (line: string) => void): FileFollower {
  let rest = '';
  const follower = followText(path, (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
  return {
    stop: async () => {
      await follower.stop();
      if (rest !== '') onLine(rest);
      rest = '';
    },
  };
}
