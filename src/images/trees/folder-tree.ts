import { constants } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
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
      try {
        // the path was resolved: what has become a link since then is not followed, and a pipe is not waited for
        const handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
        yield* handle.createReadStream({ highWaterMark: PIECE_BYTES }) as AsyncIterable<Buffer>;
      } catch (error) {
        throw diskError(error, real);
      }
    },
    close: async () => undefined,
  };
}
