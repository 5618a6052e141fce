import { constants } from 'node:fs';
import { chmod, copyFile, open, rm } from 'node:fs/promises';
import { diskError } from '../../platform/files.ts';
import { PIECE_BYTES, takePiece } from '../piece-pool.ts';
import type { StreamingSource } from './streaming-source.ts';

/** With two, the disk is never idle while a piece is worked on. */
const READ_AHEAD = 2;

/** A file on disk as a byte source. @throws PxectlError E_PERMISSION; a missing file keeps its ENOENT */
export async function openFileSource(path: string): Promise<StreamingSource> {
  // a pipe, put there since somebody looked, is not waited for
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw diskError(error, path);
  });
  const { size, ctimeMs } = await handle.stat();
  const readInto = async (bytes: Uint8Array, offset: number): Promise<Uint8Array> => {
    const { length } = bytes;
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
    // not the time of the file, which a copy may bring along
    changedAtMs: ctimeMs,
    read: (offset, length) => readInto(Buffer.allocUnsafe(length), offset),
    async *stream(offset, length) {
      const readAt = (done: number): Promise<Uint8Array> =>
        readInto(takePiece().subarray(0, length - done), offset + done);
      // the next pieces are read while the caller hashes and writes the one before
      const ahead: Promise<Uint8Array>[] = [];
      for (let asked = 0, done = 0; done < length;) {
        for (; ahead.length < READ_AHEAD && asked < length; asked += PIECE_BYTES) {
          const piece = readAt(asked);
          // a caller that stops here must not leave a rejection behind
          piece.catch(() => undefined);
          ahead.push(piece);
        }
        const piece = (await ahead.shift()) ?? new Uint8Array();
        if (piece.length === 0) return;
        done += piece.length;
        yield piece;
      }
    },
    cloneTo: async (target) => {
      try {
        // what was opened, and not what has its name by now
        const { COPYFILE_EXCL, COPYFILE_FICLONE_FORCE } = constants;
        await copyFile(`/proc/self/fd/${handle.fd}`, target, COPYFILE_EXCL | COPYFILE_FICLONE_FORCE);
        await chmod(target, 0o644);
        return true;
      } catch {
        await rm(target, { force: true });
        return false;
      }
    },
    close: () => handle.close(),
  };
}
