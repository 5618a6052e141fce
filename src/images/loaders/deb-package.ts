import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';
import { assetError, messageOf } from '../../model/errors.ts';
import { decodeAr } from '../../protocol/deb/ar-archive.ts';
import { decompress } from '../decompress.ts';

/** Boot loaders are below 5 MiB each; a package's data may be 50 MiB. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;
const MAX_DATA_BYTES = 512 * 1024 * 1024;
const MAX_LINKS = 8;

/**
 * Reads files out of a .deb (deb(5): ar, then data.tar in gzip, xz or zstd), following links inside it.
 * @param paths absolute paths, as installed
 * @returns the files that are there
 * @throws PxectlError E_ARCHIVE_INVALID
 */
export async function readDebFiles(
  deb: Uint8Array,
  paths: readonly string[],
  origin: string,
): Promise<Map<string, Uint8Array>> {
  try {
    const data = decodeAr(deb).find((member) => /^data\.tar(\.|$)/.test(member.name));
    if (data === undefined) throw new Error('it has no data.tar');
    const { files, links } = await readTar(data.bytes, paths);
    const found = new Map<string, Uint8Array>();
    for (const path of paths) {
      const bytes = files.get(followLinks(path, links));
      if (bytes !== undefined) found.set(path, bytes);
    }
    return found;
  } catch (error) {
    throw assetError('E_ARCHIVE_INVALID', {
      what: `${origin} is no whole Debian package`,
      why: messageOf(error),
      next: 'fetch it again',
      cause: error,
    });
  }
}

/** Keeps whatever lies in the folders of the wanted paths, since a wanted path may be a link to a neighbour. */
async function readTar(
  data: Uint8Array,
  paths: readonly string[],
): Promise<{ files: Map<string, Uint8Array>; links: Map<string, string> }> {
  const folders = new Set(paths.map((path) => path.slice(0, path.lastIndexOf('/'))));
  const files = new Map<string, Uint8Array>();
  const links = new Map<string, string>();
  const archive = extract();
  const feeding = pipeline(Readable.from(decompress(Readable.from([data]))), archive);
  feeding.catch(() => undefined);
  let total = 0;
  for await (const entry of archive) {
    const path = new URL(entry.header.name.replace(/^\.?\/*/, '/'), 'file:///').pathname;
    const size = entry.header.size ?? 0;
    total += size;
    if (total > MAX_DATA_BYTES) throw new Error('it unpacks to more than a boot loader package can hold');
    const isWanted = folders.has(path.slice(0, path.lastIndexOf('/')));
    if (isWanted && entry.header.type === 'symlink' && typeof entry.header.linkname === 'string') {
      links.set(path, new URL(entry.header.linkname, `file://${path}`).pathname);
    }
    if (isWanted && entry.header.type === 'file' && size <= MAX_FILE_BYTES) {
      const chunks: Buffer[] = [];
      for await (const chunk of entry as AsyncIterable<Buffer>) chunks.push(chunk);
      files.set(path, Buffer.concat(chunks));
    } else entry.resume();
  }
  await feeding;
  return { files, links };
}

function followLinks(path: string, links: ReadonlyMap<string, string>): string {
  let real = path;
  for (let hops = 0; hops < MAX_LINKS; hops++) real = links.get(real) ?? real;
  return real;
}
