import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rm, symlink } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract, type Header } from 'tar-stream';
import { assetError, messageOf, PxectlError } from '../../model/errors.ts';
import { diskError } from '../../platform/files.ts';
import { decompress } from '../decompress.ts';
import type { FileTree } from './file-tree.ts';
import { openFolderTree } from './folder-tree.ts';

/** Bounds against archives made to fill a disk; the largest netboot tarball known is under 1 GiB. */
const MAX_UNPACKED_BYTES = 4 * 1024 ** 3;
const MAX_ENTRIES = 20_000;

/**
 * Unpacks a tarball (gz, xz, zst or plain) into `scratch` and reads it from there. Only regular files, folders and
 * links that stay inside are made; `close` removes the scratch folder.
 * @throws PxectlError E_ARCHIVE_INVALID
 */
export async function openTarTree(file: string, scratch: string, origin = file): Promise<FileTree> {
  try {
    await mkdir(scratch, { recursive: true });
    await unpackTar(createReadStream(file), scratch);
  } catch (error) {
    await rm(scratch, { recursive: true, force: true });
    const known = diskError(error, scratch);
    if (known instanceof PxectlError) throw known;
    throw unpackError(origin, error);
  }
  const tree = await openFolderTree(scratch, origin);
  return { ...tree, close: () => rm(scratch, { recursive: true, force: true }) };
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
      ? 'unpack it with gunzip, unxz or unzstd, then pxectl fetch --from the ISO'
      : 'an ISO image, a tar archive (plain, gz, xz, zst) or a folder is what --from takes',
    cause: error,
  });
}

async function unpackTar(source: AsyncIterable<Uint8Array>, folder: string): Promise<void> {
  const archive = extract();
  const feeding = pipeline(Readable.from(decompress(source)), archive);
  // the loop below throws the same error; without a listener it would end the process as well
  feeding.catch(() => undefined);
  let bytes = 0;
  let entries = 0;
  for await (const entry of archive) {
    const { header } = entry;
    bytes += header.size ?? 0;
    entries += 1;
    if (bytes > MAX_UNPACKED_BYTES || entries > MAX_ENTRIES) throw new Error('the archive is too large');
    const path = safePath(header.name);
    if (path !== undefined && header.type === 'file') {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await pipeline(Readable.from(entry), createWriteStream(join(folder, path)));
    } else {
      if (path !== undefined) await makeLink(header, folder, path);
      entry.resume();
    }
  }
  await feeding;
}

async function makeLink(header: Header, folder: string, path: string): Promise<void> {
  const target = header.linkname;
  if (header.type !== 'symlink' || target === null || target === undefined || target.startsWith('/')) return;
  if (safePath(join(dirname(path), target)) === undefined) return;
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await symlink(target, join(folder, path));
}

/** The path below the scratch folder, or undefined when it would leave it. */
function safePath(name: string): string | undefined {
  const path = normalize(name).replace(/\/+$/, '');
  return path === '.' || path === '' || path.startsWith('/') || path.split('/').includes('..')
    ? undefined
    : path;
}
