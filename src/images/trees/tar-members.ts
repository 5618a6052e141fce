import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract, type Header } from 'tar-stream';
import { decompress } from '../decompress.ts';
import { MemberTable } from './member-table.ts';

/** Bounds against archives made to fill a disk or the memory; the largest netboot tarball known is under 1 GiB. */
const MAX_UNPACKED_BYTES = 2 * 1024 ** 3;
const MAX_ENTRIES = 20_000;
/** Zeros behind the last member, or headers that grow: GNU tar pads to 10 KiB, and pax headers stay small. */
const MAX_PADDING_BYTES = 64 * 1024 ** 2;

/** A file of the archive: where its bytes are, or why they cannot be had. */
export type TarContent<T> =
  { readonly kept: T; readonly sizeBytes: number } | { readonly unreadable: string };

/**
 * Reads a tar archive (gz, xz, zst or plain) to its end. `keep` gets the bytes of each regular file and says where they
 * are from then on; it reads all of them, or none. Names and links stay in the table: nothing an archive names is made.
 * @throws Error in the decoder's words; the reason of `signal`
 */
export async function readTarMembers<T>(
  source: AsyncIterable<Uint8Array>,
  keep: (content: AsyncIterable<Uint8Array>, header: Header) => Promise<T | undefined>,
  signal?: AbortSignal,
): Promise<MemberTable<TarContent<T>>> {
  const table = new MemberTable<TarContent<T>>();
  const archive = extract();
  let memberBytes = 0;
  const input = bounded(decompress(source), () => memberBytes, signal);
  const feeding = pipeline(Readable.from(input), archive);
  // the loop below throws the same error; without a listener it would end the process as well
  feeding.catch(() => undefined);
  let entries = 0;
  for await (const entry of archive) {
    const { header } = entry;
    if (++entries > MAX_ENTRIES) throw new Error(`it has more than ${MAX_ENTRIES} members`);
    const sizeBytes = header.size ?? 0;
    memberBytes += sizeBytes;
    const target = header.linkname ?? '';
    const special = unreadableKind(header);
    if (special !== undefined) table.addFile(header.name, { unreadable: special });
    else if (header.type === 'symlink') table.addLink(header.name, target);
    else if (header.type === 'link') table.addHardLink(header.name, target);
    else if (header.type === 'directory') table.addFolder(header.name);
    else if (header.type === 'file' || header.type === 'contiguous-file') {
      const kept = await keep(entry as AsyncIterable<Uint8Array>, header);
      if (kept !== undefined) table.addFile(header.name, { kept, sizeBytes });
    }
    entry.resume();
  }
  await feeding;
  return table;
}

/**
 * Members whose bytes in the archive are not those of the file. GNU's sparse files: in pax records (0.0, 0.1, 1.0), or by
 * type S, which tar-stream gives no name.
 */
function unreadableKind({ type, pax }: Header): string | undefined {
  const isPaxSparse = Object.keys(pax ?? {}).some((key) => key.startsWith('GNU.sparse.'));
  if (isPaxSparse) return 'it is stored as a sparse file (tar --sparse)';
  return type === null || type === undefined ? 'it is stored in a way that only GNU tar reads' : undefined;
}

/** Stops at the bounds, also where the bytes are padding that no member counts. */
async function* bounded(
  source: AsyncIterable<Uint8Array>,
  memberBytes: () => number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of source) {
    signal?.throwIfAborted();
    bytes += chunk.length;
    if (bytes > MAX_UNPACKED_BYTES) throw new Error('it unpacks to more than 2 GiB');
    if (bytes - memberBytes() > MAX_PADDING_BYTES) {
      throw new Error(`more than ${MAX_PADDING_BYTES} bytes in it belong to no member`);
    }
    yield chunk;
  }
}
