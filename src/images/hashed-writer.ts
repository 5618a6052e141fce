import { createHash, type Hash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { diskError } from '../platform/files.ts';
import { openPieceWindow } from './piece-window.ts';

export interface HashedFile {
  readonly sizeBytes: number;
  /** lower-case hex */
  readonly sha256: string;
}

/**
 * Takes the pieces of one file in order; hashes them, writes them and syncs them side by side while the caller fetches the
 * next ones. The bytes on disk are at every moment the beginning of the file, without holes: what a crash leaves can be
 * gone on from.
 */
export interface HashedWriter {
  /** Bytes taken so far, those of an earlier attempt with them. */
  readonly sizeBytes: number;
  /** Takes a piece, which is the writer's from then on. Resolves when there is room for another. @throws PxectlError of the disk */
  add(piece: Uint8Array): Promise<void>;
  /** Waits until every byte is hashed and on the disk. @throws PxectlError E_DISK_FULL, E_PERMISSION */
  finish(): Promise<HashedFile>;
  /** Writes what was taken, as far as the disk allows it, and closes the file; never throws. For every outcome. */
  close(): Promise<void>;
}

/** Taken and not yet written. */
const MAX_UNWRITTEN_BYTES = 4 * 1024 * 1024;
/** Hashed in one go; reads and writes are served in between. */
const HASHED_AT_ONCE_BYTES = 256 * 1024;
/** The disk gets its bytes as they come, so that the sync at the end has little left to do. */
const BYTES_BETWEEN_SYNCS = 32 * 1024 * 1024;

export interface HashedWriterOptions {
  /** goes on from this: the hash and the length of what the file already has */
  readonly start?: { readonly hash: Hash; readonly sizeBytes: number };
  /**
   * How far the hash may fall behind; it catches up while the disk syncs. That pays where pieces come faster than they can
   * be hashed, and are given back: the garbage of a network would grow with it.
   */
  readonly maxUnhashedBytes?: number;
}

export function openHashedWriter(
  handle: FileHandle,
  path: string,
  options: HashedWriterOptions = {},
): HashedWriter {
  const { start = { hash: createHash('sha256'), sizeBytes: 0 }, maxUnhashedBytes = HASHED_AT_ONCE_BYTES } =
    options;
  const window = openPieceWindow(start.sizeBytes);
  let writtenBytes = start.sizeBytes;
  let syncedBytes = start.sizeBytes;
  let hashedBytes = start.sizeBytes;
  let failure: unknown;
  let wakeAdder = (): void => undefined;

  const noteFailure = (error: unknown): void => {
    failure ??= error;
    wakeAdder();
  };
  const throwFailure = (): void => {
    if (failure !== undefined) throw diskError(failure, path);
  };
  const makeRoom = (): void => {
    window.release(Math.min(writtenBytes, hashedBytes));
    wakeAdder();
  };

  const syncing = workWhile(
    () => writtenBytes - syncedBytes >= BYTES_BETWEEN_SYNCS && failure === undefined,
    async () => {
      syncedBytes = writtenBytes;
      await handle.datasync().catch(noteFailure);
    },
  );
  const writing = workWhile(
    () => writtenBytes < window.endBytes && failure === undefined,
    async () => {
      // one call for many pieces: a download comes in 64 KiB, and a call for each would cost more than its bytes
      const pieces = window.between(writtenBytes, window.endBytes);
      const result = await handle.writev(pieces, writtenBytes).catch(noteFailure);
      writtenBytes += result?.bytesWritten ?? 0;
      syncing.start();
      makeRoom();
    },
  );
  const hashing = workWhile(
    () => hashedBytes < window.endBytes,
    async () => {
      for (const piece of window.between(hashedBytes, hashedBytes + HASHED_AT_ONCE_BYTES)) {
        start.hash.update(piece);
        hashedBytes += piece.length;
      }
      makeRoom();
      await setImmediate();
    },
  );
  const isFull = (): boolean =>
    window.endBytes - writtenBytes > MAX_UNWRITTEN_BYTES || window.endBytes - hashedBytes > maxUnhashedBytes;

  return {
    get sizeBytes() {
      return window.endBytes;
    },
    async add(piece) {
      throwFailure();
      window.add(piece);
      writing.start();
      hashing.start();
      while (isFull()) {
        await new Promise<void>((resolve) => (wakeAdder = resolve));
        throwFailure();
      }
    },
    async finish() {
      await writing.ended();
      await syncing.ended();
      throwFailure();
      await Promise.all([handle.sync().catch(noteFailure), hashing.ended()]);
      throwFailure();
      return { sizeBytes: hashedBytes, sha256: start.hash.digest('hex') };
    },
    async close() {
      await writing.ended();
      await syncing.ended();
      await hashing.ended();
      await handle.close().catch(noteFailure);
    },
  };
}

/** Work of many steps that runs as long as there is any, one step at a time. A step must not throw. */
function workWhile(
  isLeft: () => boolean,
  step: () => Promise<void>,
): { start(): void; ended(): Promise<void> } {
  let running: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    while (isLeft()) await step();
    // nothing may come between the last look and this
    running = undefined;
  };
  return {
    start: () => {
      if (running === undefined && isLeft()) running = run();
    },
    ended: async () => running,
  };
}
