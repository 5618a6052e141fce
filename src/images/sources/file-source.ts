import { open } from 'node:fs/promises';
import { diskError } from '../../platform/files.ts';
import { CHUNK_BYTES } from '../hashed-copy.ts';
import type { StreamingSource } from './streaming-source.ts';

/** A file on disk as a byte source. @throws PxectlError E_PERMISSION; a missing file keeps its ENOENT */
export async function openFileSource(path: string): Promise<StreamingSource> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw diskError(error, path);
  });
  const { size } = await handle.stat();
  const read = async (offset: number, length: number): Promise<Uint8Array> => {
    const bytes = Buffer.allocUnsafe(length);
    let done = 0;
    while (done < length) {
      const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return bytes.subarray(0, done);
  };
  return {
    origin: path,
    sizeBytes: size,
    read,
    async *stream(offset, length) {
      const readAt = (done: number): Promise<Uint8Array> =>
        read(offset + done, Math.min(CHUNK_BYTES, length - done));
      // one piece is read ahead while the caller hashes and writes the one before
      let next = length > 0 ? readAt(0) : undefined;
      for (let done = 0; next !== undefined;) {
        const chunk: Uint8Array = await next;
        done += chunk.length;
        next = chunk.length > 0 && done < length ? readAt(done) : undefined;
        // a caller that stops here must not leave a rejection behind
        next?.catch(() => undefined);
        if (chunk.length > 0) yield chunk;
      }
    },
    close: () => handle.close(),
  };
}
