import { createReadStream } from 'node:fs';
import { mkdir, open, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { assetError, messageOf, PxectlError } from '../../model/errors.ts';
import { diskError, makeFolder } from '../../platform/files.ts';
import { PIECE_BYTES } from '../piece-pool.ts';
import type { FileTree } from './file-tree.ts';
import type { MemberTable } from './member-table.ts';
import { readTarMembers, type TarContent } from './tar-members.ts';

/**
 * Unpacks the files of a tarball (gz, xz, zst or plain) into `scratch`, under numbers: what the archive calls them, and
 * its links, stay in memory. `close` removes the scratch folder.
 * @throws PxectlError E_ARCHIVE_INVALID, E_TOOL_MISSING; the reason of `signal`
 */
export async function openTarTree(
  file: string,
  scratch: string,
  origin = file,
  signal?: AbortSignal,
): Promise<FileTree> {
  const removeScratch = (): Promise<void> => rm(scratch, { recursive: true, force: true });
  let count = 0;
  const keep = async (content: AsyncIterable<Uint8Array>): Promise<string> => {
    const path = join(scratch, String(count++));
    // wx: a new file or none, and never through a link
    const handle = await open(path, 'wx', 0o600);
    try {
      for await (const chunk of content) await handle.writeFile(chunk);
    } finally {
      await handle.close();
    }
    return path;
  };
  try {
    await makeFolder(dirname(scratch));
    await mkdir(scratch, 0o700);
    const table = await readTarMembers(createReadStream(file), keep, signal);
    return tableTree(table, origin, removeScratch);
  } catch (error) {
    await removeScratch();
    signal?.throwIfAborted();
    const known = diskError(error, scratch);
    if (known instanceof PxectlError) throw known;
    throw unpackError(origin, error);
  }
}

function tableTree(
  table: MemberTable<TarContent<string>>,
  origin: string,
  close: () => Promise<void>,
): FileTree {
  const find = (path: string): { readonly kept: string; readonly sizeBytes: number } | undefined => {
    const member = table.find(path);
    if (member?.kind !== 'file') return undefined;
    if ('kept' in member.content) return member.content;
    throw assetError('E_ARCHIVE_INVALID', {
      what: `${path} in ${origin} cannot be read`,
      why: member.content.unreadable,
      next: 'unpack it with GNU tar, then pxectl fetch the folder',
    });
  };
  return {
    origin,
    sizeOf: async (path) => find(path)?.sizeBytes,
    async list(path) {
      const folder = table.find(path);
      if (folder?.kind !== 'folder') return [];
      return [...folder.children].map(([name, { kind }]) => (kind === 'folder' ? `${name}/` : name)).sort();
    },
    async *stream(path) {
      const file = find(path);
      if (file === undefined) {
        throw assetError('E_NOT_FOUND', { what: `there is no file ${path} in ${origin}` });
      }
      yield* createReadStream(file.kept, { highWaterMark: PIECE_BYTES }) as AsyncIterable<Buffer>;
    },
    close,
  };
}

/** The words of the decoders, as a user can act on them. */
function unpackError(file: string, error: unknown): Error {
  const said = messageOf(error);
  if (!/tar header/i.test(said)) {
    const isCut = /unexpected end|truncated|buf_error/i.test(said);
    return assetError('E_ARCHIVE_INVALID', {
      what: `${file} cannot be unpacked`,
      why: isCut ? 'it is cut short' : said,
      next: 'fetch it again, and compare its size and SHA-256 with those of the vendor',
      cause: error,
    });
  }
  const isPackedIso = /\.(iso|img)\.\w+$/i.test(file);
  return assetError('E_ARCHIVE_INVALID', {
    what: `${file} cannot be unpacked`,
    why: isPackedIso ? 'there is an ISO image in it, and no tar archive' : 'there is no tar archive in it',
    next: isPackedIso
      ? 'unpack it with gunzip, unxz or unzstd, then pxectl fetch the ISO'
      : 'an ISO image, a tar archive (plain, gz, xz, zst) or a folder is what pxectl takes',
    cause: error,
  });
}
