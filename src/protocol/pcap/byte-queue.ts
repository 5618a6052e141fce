/**
 * Bytes that arrive in chunks of any size and are read in records of known size.
 * Holds no more than the record that is being read and one chunk.
 */
export class ByteQueue {
  readonly #source: AsyncIterator<Uint8Array>;
  #buffer: Uint8Array = new Uint8Array(0);
  #start = 0;
  #position = 0;
  #ended = false;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Offset in the whole input of the next byte that `take` returns. */
  get position(): number {
    return this.#position;
  }

  /** How many bytes can be taken without waiting. */
  get available(): number {
    return this.#buffer.length - this.#start;
  }

  /** Waits until `count` bytes are there; false when the input ends before. */
  async fill(count: number): Promise<boolean> {
    if (this.available >= count) return true;
    const parts = [this.#buffer.subarray(this.#start)];
    let total = this.available;
    while (total < count && !this.#ended) {
      const next = await this.#source.next();
      if (next.done === true) {
        this.#ended = true;
      } else {
        parts.push(next.value);
        total += next.value.length;
      }
    }
    this.#buffer = concatBytes(parts, total);
    this.#start = 0;
    return total >= count;
  }

  /** The next `count` bytes, which `fill` has made sure of. A view: copy what is to be kept. */
  take(count: number): Uint8Array {
    const bytes = this.peek(count);
    this.#start += count;
    this.#position += count;
    return bytes;
  }

  /** As `take`, without moving on. */
  peek(count: number): Uint8Array {
    return this.#buffer.subarray(this.#start, this.#start + count);
  }

  /** Tells the source that no more is wanted. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }
}

/** The parts one after the other. */
export function concatBytes(parts: readonly Uint8Array[], total: number): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const joined = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
