import { read } from 'node:fs';

/** One read of the disk serves this many bytes to every transfer of the same file. */
export const CHUNK_BYTES = 128 * 1024;
/** 32 MiB: the read-ahead of 200 transfers that are all at different places of different files, and some more. */
const MAX_CHUNKS = 256;

/** Part of a file in memory. The bytes are valid until control goes back to the event loop: do not keep them. */
export interface Chunk {
  readonly bytes: Buffer;
  /** fewer than CHUNK_BYTES at the end of the file, or where it has shrunk */
  lengthBytes: number;
  isReady: boolean;
  error: Error | undefined;
  readonly waiters: (() => void)[];
}

/** A file that one or more transfers read from. */
export interface CachedFile {
  readonly fd: number;
  readonly sizeBytes: number;
  readonly chunks: Map<number, Chunk>;
}

interface Slot {
  readonly file: CachedFile;
  readonly index: number;
}

/** A bounded cache of file chunks with buffers that are used again: many clients boot the same file at once. */
export class ChunkCache {
  /** least recently wanted first */
  readonly #slots = new Map<Chunk, Slot>();
  readonly #spare: Buffer[] = [];

  /** The chunk if its bytes are in memory. */
  peek(file: CachedFile, index: number): Chunk | undefined {
    const chunk = file.chunks.get(index);
    return chunk?.isReady === true ? chunk : undefined;
  }

  /** Sees to it that the chunk is read, and marks it as wanted; calls back once it is (or has failed). */
  want(file: CachedFile, index: number, onReady?: () => void): void {
    const known = file.chunks.get(index);
    if (known !== undefined) {
      const slot = this.#slots.get(known);
      if (slot !== undefined) {
        this.#slots.delete(known);
        this.#slots.set(known, slot);
      }
      if (onReady !== undefined) {
        if (known.isReady) onReady();
        else known.waiters.push(onReady);
      }
      return;
    }
    const chunk: Chunk = {
      bytes: this.#takeBuffer(),
      lengthBytes: 0,
      isReady: false,
      error: undefined,
      waiters: onReady === undefined ? [] : [onReady],
    };
    file.chunks.set(index, chunk);
    this.#slots.set(chunk, { file, index });
    this.#read(file, index, chunk);
  }

  /** Forgets everything of a file that nobody reads any more. */
  drop(file: CachedFile): void {
    for (const chunk of file.chunks.values()) {
      // a read under way still writes into its buffer: that one is left to the garbage collector
      if (chunk.isReady) this.#spare.push(chunk.bytes);
      this.#slots.delete(chunk);
    }
    file.chunks.clear();
    if (this.#slots.size === 0) this.#spare.length = 0;
  }

  #takeBuffer(): Buffer {
    if (this.#slots.size >= MAX_CHUNKS) {
      for (const [chunk, slot] of this.#slots) {
        if (!chunk.isReady) continue;
        this.#slots.delete(chunk);
        slot.file.chunks.delete(slot.index);
        return chunk.bytes;
      }
    }
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES);
  }

  #read(file: CachedFile, index: number, chunk: Chunk): void {
    const position = index * CHUNK_BYTES + chunk.lengthBytes;
    const wanted = Math.min(CHUNK_BYTES, file.sizeBytes - index * CHUNK_BYTES) - chunk.lengthBytes;
    read(file.fd, chunk.bytes, chunk.lengthBytes, wanted, position, (error, bytesRead) => {
      if (error === null && bytesRead > 0 && bytesRead < wanted) {
        chunk.lengthBytes += bytesRead;
        this.#read(file, index, chunk);
        return;
      }
      if (error !== null) chunk.error = error;
      chunk.lengthBytes += bytesRead;
      chunk.isReady = true;
      for (const waiter of chunk.waiters.splice(0)) waiter();
    });
  }
}
