import { dirname } from 'node:path';
import { pack } from 'tar-stream';

/** One thing in a tar, by its path from the root. */
export interface TarEntry {
  readonly path: string;
  readonly mode: number;
  /** owner and group; default root */
  readonly user?: number;
  /** pax records */
  readonly extended?: Readonly<Record<string, string>>;
  readonly what:
    | { readonly kind: 'file'; readonly content: Uint8Array }
    | { readonly kind: 'folder' }
    | { readonly kind: 'link'; readonly to: string };
}

/** The same entries and date give the same bytes; folders on the way are made where no entry is one. */
export async function packTar(entries: readonly TarEntry[], date: Date): Promise<Buffer> {
  const archive = pack();
  const chunks: Buffer[] = [];
  archive.on('data', (chunk) => chunks.push(chunk as Buffer));
  const ended = new Promise<void>((resolve, reject) => archive.on('end', resolve).on('error', reject));
  for (const { path, mode, user = 0, extended, what } of [...missingFolders(entries), ...entries]) {
    const header = {
      ...{ name: path.slice(1), mode, uid: user, gid: user, mtime: date },
      ...(extended === undefined ? {} : { pax: extended }),
    };
    if (what.kind === 'file') archive.entry({ ...header, type: 'file' }, Buffer.from(what.content));
    else if (what.kind === 'folder') archive.entry({ ...header, name: `${header.name}/`, type: 'directory' });
    else archive.entry({ ...header, type: 'symlink', linkname: what.to });
  }
  archive.finalize();
  await ended;
  return Buffer.concat(chunks);
}

function missingFolders(entries: readonly TarEntry[]): readonly TarEntry[] {
  const given = new Set(entries.map(({ path }) => path));
  const missing = new Set<string>();
  for (const { path } of entries) {
    for (let folder = dirname(path); folder !== '/' && !given.has(folder); folder = dirname(folder)) {
      missing.add(folder);
    }
  }
  return [...missing].sort().map((path) => ({ path, mode: 0o755, what: { kind: 'folder' } }));
}
