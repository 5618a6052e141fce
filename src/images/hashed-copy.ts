import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { diskError, makeFolder } from '../platform/files.ts';

/** Reads of this size keep the hash and the disk busy without holding much memory. */
export const CHUNK_BYTES = 1024 * 1024;

export interface HashedFile {
  readonly sizeBytes: number;
  /** lower-case hex */
  readonly sha256: string;
}

/**
 * Hashes a file from disk in constant memory.
 * @throws PxectlError E_PERMISSION; a missing file keeps its ENOENT
 */
export async function hashFile(
  path: string,
  algorithm: 'sha256' | 'sha512' | 'md5',
): Promise<{ sizeBytes: number; digest: string }> {
  const hash = createHash(algorithm);
  let sizeBytes = 0;
  try {
    for await (const chunk of createReadStream(path, {
      highWaterMark: CHUNK_BYTES,
    }) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      sizeBytes += chunk.length;
    }
  } catch (error) {
    throw diskError(error, path);
  }
  return { sizeBytes, digest: hash.digest('hex') };
}

/**
 * Writes a stream to a new file, hashing it on the way, and syncs it to disk.
 * @throws PxectlError E_DISK_FULL or E_PERMISSION; whatever the source throws
 */
export async function writeHashed(
  source: AsyncIterable<Uint8Array>,
  target: string,
  onBytes: (doneBytes: number) => void = () => undefined,
): Promise<HashedFile> {
  const hash: Hash = createHash('sha256');
  let sizeBytes = 0;
  const handle = await openForWriting(target);
  try {
    for await (const chunk of source) {
      // the disk writes this piece while it is hashed
      const writing = writeAll(handle, chunk, target, sizeBytes);
      hash.update(chunk);
      await writing;
      sizeBytes += chunk.length;
      onBytes(sizeBytes);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { sizeBytes, sha256: hash.digest('hex') };
}

async function openForWriting(target: string) {
  try {
    await makeFolder(dirname(target));
    return await open(target, 'w', 0o644);
  } catch (error) {
    throw diskError(error, target);
  }
}

/** Writes all of a chunk at a position. @throws PxectlError E_DISK_FULL or E_PERMISSION */
export async function writeAll(
  handle: FileHandle,
  chunk: Uint8Array,
  path: string,
  position: number,
): Promise<void> {
  try {
    for (let done = 0; done < chunk.length;) {
      done += (await handle.write(chunk, done, chunk.length - done, position + done)).bytesWritten;
    }
  } catch (error) {
    throw diskError(error, path);
  }
}
