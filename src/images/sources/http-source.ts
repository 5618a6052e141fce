import { forgetOldest } from '../../protocol/forget-oldest.ts';
import { assetError } from '../../model/errors.ts';
import { parseContentRange } from '../download/content-range.ts';
import { connectionError } from '../download/http-errors.ts';
import {
  isRetryable,
  pauseBeforeRetry,
  withRetries,
  type HttpAnswer,
  type HttpClient,
} from '../download/http-client.ts';
import type { StreamingSource } from './streaming-source.ts';

/** Directories and descriptors are read in blocks of this size, and the last ones are kept. */
const BLOCK_BYTES = 64 * 1024;
const MAX_BLOCKS = 128;
const ATTEMPTS = 5;

/**
 * A file on a server that answers byte ranges, read piece by piece.
 * @returns undefined when the server does not answer ranges
 * @throws PxectlError E_NOT_FOUND, E_DOWNLOAD
 */
export async function openHttpSource(client: HttpClient, url: string): Promise<StreamingSource | undefined> {
  const first = await client.get(url, { range: 'bytes=0-0' });
  first.body.destroy();
  const range = parseContentRange(first.header('content-range'));
  if (first.status !== 206 || range?.totalBytes === undefined) return undefined;
  const changedAtMs = Date.parse(first.header('last-modified') ?? '');
  return new HttpSource(client, url, range.totalBytes, first.header('etag'), changedAtMs);
}

class HttpSource implements StreamingSource {
  readonly #blocks = new Map<number, Promise<Uint8Array>>();

  constructor(
    private readonly client: HttpClient,
    readonly origin: string,
    readonly sizeBytes: number,
    private readonly etag: string | undefined,
    /** NaN where the server does not tell */
    readonly changedAtMs: number,
  ) {}

  async read(offset: number, length: number): Promise<Uint8Array> {
    const bytes = Buffer.alloc(length);
    for (let at = offset; at < offset + length;) {
      const index = Math.floor(at / BLOCK_BYTES);
      const block = await this.#block(index);
      const start = at - index * BLOCK_BYTES;
      const piece = block.subarray(start, Math.min(block.length, start + offset + length - at));
      if (piece.length === 0) break;
      bytes.set(piece, at - offset);
      at += piece.length;
    }
    return bytes;
  }

  async *stream(offset: number, length: number): AsyncGenerator<Uint8Array> {
    let done = 0;
    for (let barren = 0; done < length;) {
      const before = done;
      try {
        for await (const chunk of this.#range(offset + done, length - done)) {
          done += chunk.length;
          yield chunk;
        }
      } catch (error) {
        if (!isRetryable(error)) throw error;
        barren = done > before ? 0 : barren + 1;
        if (barren >= ATTEMPTS) throw error;
        await pauseBeforeRetry(barren + 1, this.client.options);
      }
    }
  }

  close = async (): Promise<void> => undefined;

  #block(index: number): Promise<Uint8Array> {
    const known = this.#blocks.get(index);
    if (known !== undefined) return known;
    const offset = index * BLOCK_BYTES;
    const length = Math.min(BLOCK_BYTES, this.sizeBytes - offset);
    const reading = withRetries(ATTEMPTS, this.client.options, async () => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of this.#range(offset, length)) chunks.push(chunk);
      return Buffer.concat(chunks);
    });
    reading.catch(() => this.#blocks.delete(index));
    forgetOldest(this.#blocks, MAX_BLOCKS - 1);
    this.#blocks.set(index, reading);
    return reading;
  }

  async *#range(offset: number, length: number): AsyncGenerator<Uint8Array> {
    const answer = await this.client.get(this.origin, { range: `bytes=${offset}-${offset + length - 1}` });
    try {
      this.#check(answer, offset);
      let got = 0;
      try {
        for await (const chunk of answer.body as AsyncIterable<Buffer>) {
          got += chunk.length;
          if (got > length) break;
          yield chunk;
        }
      } catch (error) {
        throw connectionError(error, answer.url, this.client.options.signal);
      }
      if (got !== length) throw this.#broken(`${got} of ${length} bytes came`, true);
    } finally {
      answer.body.destroy();
    }
  }

  #check(answer: HttpAnswer, offset: number): void {
    const range = parseContentRange(answer.header('content-range'));
    if (answer.status !== 206 || range?.first !== offset) {
      throw this.#broken('the server sent another part of the file than the one asked for', true);
    }
    if (range.totalBytes !== this.sizeBytes || answer.header('etag') !== this.etag) {
      throw this.#broken('the file on the server changed in the middle', false);
    }
  }

  #broken(why: string, mayPass: boolean): Error {
    return assetError('E_DOWNLOAD', {
      what: `${this.origin} cannot be read in pieces`,
      why,
      next: 'run the same command again, or download the file, then pxectl fetch FILE',
      details: { isRetryable: mayPass },
    });
  }
}
