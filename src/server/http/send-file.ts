import { read } from 'node:fs';
import type { ServerResponse } from 'node:http';
import type { BufferPool } from '../../platform/buffer-pool.ts';

/** A slow client gets along with this; a fast one grows up to the other within a few chunks. */
const SMALLEST_CHUNK = 64 * 1024;
const LARGEST_CHUNK = 1024 * 1024;
/** A chunk that is taken within this time may be followed by a larger one. */
const FAST_MS = 20;
/** A chunk that takes longer is followed by a smaller one: a stalled client must not hold memory. */
const SLOW_MS = 500;

export interface SendFileInput {
  readonly fd: number;
  readonly response: ServerResponse;
  readonly pool: BufferPool;
  readonly start: number;
  /** exclusive */
  readonly end: number;
  /** largest chunk at this moment: less when many downloads share the memory */
  readonly largestChunk: () => number;
  /** how much the client has, or its kernel */
  readonly onSent?: (sentBytes: number) => void;
}

export type SendOutcome =
  | { readonly kind: 'done'; readonly sentBytes: number }
  | { readonly kind: 'aborted'; readonly sentBytes: number }
  | { readonly kind: 'failed'; readonly sentBytes: number; readonly message: string };

/**
 * Sends a part of a file with at most two buffers: one is read while the other is written. Resolves when everything
 * was handed to the kernel, the client has gone, or the file gave less than it promised. Never throws.
 */
export async function sendFile(input: SendFileInput): Promise<SendOutcome> {
  const { fd, response, pool, end } = input;
  let sentBytes = 0;
  let position = input.start;
  let chunkBytes = SMALLEST_CHUNK;
  let writing: Promise<boolean> | undefined;
  const write = chunkWriter(response);
  while (position < end) {
    const buffer = pool.take(chunkBytes);
    const wanted = Math.min(chunkBytes, end - position);
    const bytesRead = await readAt(fd, buffer, wanted, position);
    if (writing !== undefined && !(await writing)) {
      pool.give(buffer);
      return { kind: 'aborted', sentBytes };
    }
    if (typeof bytesRead !== 'number' || bytesRead === 0) {
      pool.give(buffer);
      const message =
        typeof bytesRead === 'number' ? 'the file became shorter while it was sent' : bytesRead.message;
      return { kind: 'failed', sentBytes, message };
    }
    position += bytesRead;
    const startedMs = performance.now();
    writing = write(buffer.subarray(0, bytesRead)).then((isSent) => {
      // a buffer of an aborted response may still be in the socket's queue: it is not used again
      if (!isSent) return false;
      sentBytes += bytesRead;
      input.onSent?.(sentBytes);
      const tookMs = performance.now() - startedMs;
      if (tookMs > SLOW_MS) chunkBytes = SMALLEST_CHUNK;
      else if (tookMs < FAST_MS) chunkBytes = Math.min(chunkBytes * 2, input.largestChunk(), LARGEST_CHUNK);
      chunkBytes = Math.max(SMALLEST_CHUNK, Math.min(chunkBytes, input.largestChunk()));
      pool.give(buffer);
      return true;
    });
  }
  if (writing !== undefined && !(await writing)) return { kind: 'aborted', sentBytes };
  return { kind: 'done', sentBytes };
}

/** Writes one chunk at a time: true once the kernel has the bytes, false when the connection is gone. */
function chunkWriter(response: ServerResponse): (bytes: Buffer) => Promise<boolean> {
  let settle: ((isSent: boolean) => void) | undefined;
  // a response that waits behind another on its connection never calls its write back when that ends
  response.once('close', () => settle?.(false));
  return (bytes) => {
    if (response.destroyed) return Promise.resolve(false);
    return new Promise((resolve) => {
      settle = resolve;
      response.write(bytes, (error) => resolve(error === null || error === undefined));
    });
  };
}

function readAt(fd: number, buffer: Buffer, length: number, position: number): Promise<number | Error> {
  return new Promise((resolve) => {
    read(fd, buffer, 0, length, position, (error, bytesRead) => resolve(error ?? bytesRead));
  });
}
