import { close } from 'node:fs';
import type { OpenedFile } from '../serve-root.ts';
import type { CachedFile, Chunk, ChunkCache } from './chunk-cache.ts';

/** An open file with the number of transfers that read from it. */
export interface SharedFile extends CachedFile {
  readonly path: string;
  readonly key: string;
  users: number;
}

/** One descriptor for all transfers of the same file. A file that was replaced meanwhile is another file. */
export class SharedFiles {
  readonly #cache: ChunkCache;
  readonly #byKey = new Map<string, SharedFile>();

  constructor(cache: ChunkCache) {
    this.#cache = cache;
  }

  /** Takes over an opened file; each call is matched by one `release`. */
  acquire(opened: OpenedFile): SharedFile {
    const key = keyOfFile(opened);
    const known = this.#byKey.get(key);
    if (known !== undefined) {
      closeQuietly(opened.fd);
      known.users += 1;
      return known;
    }
    const file: SharedFile = {
      fd: opened.fd,
      path: opened.path,
      key,
      sizeBytes: opened.sizeBytes,
      chunks: new Map<number, Chunk>(),
      users: 1,
    };
    this.#byKey.set(key, file);
    return file;
  }

  release(file: SharedFile): void {
    file.users -= 1;
    if (file.users > 0) return;
    this.#byKey.delete(file.key);
    const reading = [...file.chunks.values()].filter((chunk) => !chunk.isReady);
    if (reading.length === 0) {
      this.#cache.drop(file);
      closeQuietly(file.fd);
      return;
    }
    // the descriptor must outlive its reads: its number may be given to another file
    let left = reading.length;
    for (const chunk of reading) {
      chunk.waiters.push(() => {
        left -= 1;
        if (left > 0) return;
        this.#cache.drop(file);
        closeQuietly(file.fd);
      });
    }
  }
}

/** A file that was replaced has another. */
export function keyOfFile({ device, inode, modifiedMs, sizeBytes }: OpenedFile): string {
  return `${device}:${inode}:${modifiedMs}:${sizeBytes}`;
}

function closeQuietly(fd: number): void {
  close(fd, () => undefined);
}
