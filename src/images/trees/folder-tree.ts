import { constants } from 'node:fs';
import { open, readdir, readlink, realpath, stat, type FileHandle } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { assetError, systemCodeOf } from '../../model/errors.ts';
import { diskError } from '../../platform/files.ts';
import { PIECE_BYTES } from '../piece-pool.ts';
import type { FileTree } from './file-tree.ts';

/** A folder on disk. Links are followed as long as they stay inside it. */
export async function openFolderTree(folder: string, origin = folder): Promise<FileTree> {
  const root = await realpath(folder).catch((error: unknown) => {
    throw diskError(error, folder);
  });
  const inside = async (path: string): Promise<string | undefined> => {
    try {
      const real = await realpath(join(root, path));
      return real === root || real.startsWith(root + sep) ? real : undefined;
    } catch (error) {
      if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(systemCodeOf(error) ?? '')) return undefined;
      throw diskError(error, path);
    }
  };
  return {
    origin,
    async sizeOf(path) {
      const real = await inside(path);
      const info = real === undefined ? undefined : await stat(real);
      return info?.isFile() === true ? info.size : undefined;
    },
    async list(path) {
      const real = await inside(path);
      if (real === undefined || !(await stat(real)).isDirectory()) return [];
      const entries = await readdir(real, { withFileTypes: true });
      return entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort();
    },
    async *stream(path) {
      const real = await inside(path);
      if (real === undefined) {
        throw assetError('E_NOT_FOUND', { what: `there is no file ${path} in ${origin}` });
      }
      const handle = await openResolved(real).catch((error: unknown) => {
        throw diskError(error, real);
      });
      yield* handle.createReadStream({ highWaterMark: PIECE_BYTES }) as AsyncIterable<Buffer>;
    },
    close: async () => undefined,
  };
}

/**
 * Opens the file that realpath(3) found, if it is that: whoever owns the folder may have made links since of it, or of a
 * folder on the way. A pipe is not waited for.
 */
async function openResolved(real: string): Promise<FileHandle> {
  const handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  // where there is no /proc, nobody says what was opened
  const opened = await readlink(`/proc/self/fd/${handle.fd}`).catch(() => real);
  if (opened === real && (await handle.stat()).isFile()) return handle;
  await handle.close();
  throw assetError('E_ARCHIVE_INVALID', {
    what: `${real} was changed while it was read`,
    why: 'it, or a folder on the way to it, has become another one',
    next: 'see who else writes to that folder, and take the image from a copy of your own',
  });
}
