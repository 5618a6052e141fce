import { CHUNK_BYTES, type CachedFile, type ChunkCache } from './chunk-cache.ts';

export interface BlockReaderOptions {
  readonly file: CachedFile;
  readonly cache: ChunkCache;
  readonly blksize: number;
  /** the disk has brought what a block waited for */
  onRead(): void;
  /** the file has become shorter than it was, or cannot be read */
  onChanged(error: Error | undefined): void;
}

/** The blocks of one file for one transfer, with the next chunk read ahead. */
export class BlockReader {
  readonly #options: BlockReaderOptions;
  readonly #file: CachedFile;
  readonly #cache: ChunkCache;
  readonly #blksize: number;
  #lastChunk = -1;
  #isWaiting = false;

  constructor(options: BlockReaderOptions) {
    this.#options = options;
    this.#file = options.file;
    this.#cache = options.cache;
    this.#blksize = options.blksize;
  }

  /** whether a block was asked for that the disk has not brought yet */
  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  /** Has the beginning read before anybody asks for it. */
  begin(): void {
    this.#cache.want(this.#file, 0);
  }

  /**
   * Copies a block to `target` in the packets. Returns its length, or -1 when it cannot be had now: then `onRead` or
   * `onChanged` is called.
   */
  copyBlock(block: number, packets: Buffer, target: number): number {
    const start = (block - 1) * this.#blksize;
    const end = Math.min(start + this.#blksize, this.#file.sizeBytes);
    let offset = start;
    while (offset < end) {
      const index = Math.floor(offset / CHUNK_BYTES);
      const chunk = this.#cache.peek(this.#file, index);
      if (chunk === undefined) {
        this.#waitFor(index);
        return -1;
      }
      if (index > this.#lastChunk) this.#readAhead(index);
      const from = offset - index * CHUNK_BYTES;
      const count = Math.min(end - offset, CHUNK_BYTES - from);
      if (from + count > chunk.lengthBytes) {
        this.#options.onChanged(chunk.error);
        return -1;
      }
      chunk.bytes.copy(packets, target + offset - start, from, from + count);
      offset += count;
    }
    return end - start;
  }

  #readAhead(index: number): void {
    this.#lastChunk = index;
    this.#cache.want(this.#file, index);
    if ((index + 1) * CHUNK_BYTES < this.#file.sizeBytes) this.#cache.want(this.#file, index + 1);
  }

  #waitFor(index: number): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#cache.want(this.#file, index, () => {
      this.#isWaiting = false;
      this.#options.onRead();
    });
  }
}
