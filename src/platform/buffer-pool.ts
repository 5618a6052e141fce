/** Buffers in powers of two that are used again, so that a stream of gigabytes makes no garbage. */
export class BufferPool {
  readonly #spare = new Map<number, Buffer[]>();
  readonly #maxSpareBytes: number;
  #spareBytes = 0;

  constructor(maxSpareBytes: number) {
    this.#maxSpareBytes = maxSpareBytes;
  }

  take(sizeBytes: number): Buffer {
    const buffer = this.#spare.get(sizeBytes)?.pop();
    if (buffer === undefined) return Buffer.allocUnsafeSlow(sizeBytes);
    this.#spareBytes -= sizeBytes;
    return buffer;
  }

  give(buffer: Buffer): void {
    if (this.#spareBytes + buffer.length > this.#maxSpareBytes) return;
    this.#spareBytes += buffer.length;
    const list = this.#spare.get(buffer.length);
    if (list === undefined) this.#spare.set(buffer.length, [buffer]);
    else list.push(buffer);
  }
}
