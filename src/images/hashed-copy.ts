import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { diskError, makeFolder } from '../platform/files.ts';
import { openHashedWriter, type HashedFile } from './hashed-writer.ts';
import { PIECE_BYTES } from './piece-pool.ts';

/**
 * Hashes a file from disk in constant memory.
 * @throws PxectlError E_PERMISSION; a missing file keeps its ENOENT; the reason of `signal`
 */
export async function hashFile(
  path: string,
  algorithm: 'sha256' | 'sha512' | 'md5',
  signal?: AbortSignal,
): Promise<{ sizeBytes: number; digest: string }> {
  const hash = createHash(algorithm);
  const sizeBytes = await hashInto(hash, path, signal);
  return { sizeBytes, digest: hash.digest('hex') };
}

/** Size and SHA-256 of a file, as one that is written has them. @throws PxectlError E_PERMISSION; the reason of `signal` */
export async function hashWhole(path: string, signal?: AbortSignal): Promise<HashedFile> {
  const { sizeBytes, digest } = await hashFile(path, 'sha256', signal);
  return { sizeBytes, sha256: digest };
}

/**
 * Feeds a file, or its first `maxBytes`, to a hash in constant memory and returns how many bytes that were.
 * @throws PxectlError E_PERMISSION; a missing file keeps its ENOENT; the reason of `signal`
 */
export async function hashInto(
  hash: Hash,
  path: string,
  signal?: AbortSignal,
  maxBytes = Infinity,
): Promise<number> {
  let sizeBytes = 0;
  const stream = createReadStream(path, { end: maxBytes - 1, highWaterMark: PIECE_BYTES });
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      signal?.throwIfAborted();
      hash.update(chunk);
      sizeBytes += chunk.length;
    }
  } catch (error) {
    throw diskError(error, path);
  }
  return sizeBytes;
}

/** Files come faster than they can be hashed. More costs memory and wins no time. */
const MAX_UNHASHED_BYTES = 4 * 1024 * 1024;

/**
 * Writes a stream to a new file, hashing it on the way, and syncs it to disk.
 * @throws PxectlError E_DISK_FULL or E_PERMISSION; whatever the source throws; the reason of `signal`
 */
export async function writeHashed(
  source: AsyncIterable<Uint8Array>,
  target: string,
  onBytes: (doneBytes: number) => void = () => undefined,
  signal?: AbortSignal,
): Promise<HashedFile> {
  const writer = openHashedWriter(await openForWriting(target), target, {
    maxUnhashedBytes: MAX_UNHASHED_BYTES,
  });
  try {
    for await (const piece of source) {
      signal?.throwIfAborted();
      await writer.add(piece);
      onBytes(writer.sizeBytes);
    }
    return await writer.finish();
  } finally {
    await writer.close();
  }
}

async function openForWriting(target: string): Promise<FileHandle> {
  try {
    await makeFolder(dirname(target));
    return await open(target, 'w', 0o644);
  } catch (error) {
    throw diskError(error, target);
  }
}
