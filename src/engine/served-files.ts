import { lstat, readdir, realpath, rm, rmdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
import { environmentError, systemCodeOf } from '../model/errors.ts';
import type { StateLayout } from '../model/state-layout.ts';
import { diskError, isTemporaryName, readTextIfThere, writeFileAtomic } from '../platform/files.ts';

type Layout = Pick<StateLayout, 'root' | 'tftpRoot' | 'httpRoot'>;

const schema = z.object({ schema: z.literal('pxectl.served/1'), files: z.array(z.string()) });

const manifestPath = (layout: Layout): string => join(layout.root, 'serve', 'served.json');

/** What pxectl may do with the folders that it serves. */
export interface ServedClaim {
  /** what somebody else put there: it is served too, and never removed */
  readonly foreign: readonly string[];
  /** Takes away what pxectl put there earlier and does not want any more. */
  removeLeft(): Promise<void>;
}

/**
 * Lists what pxectl is about to put below serve/ before it does, so that only what it put there itself is ever removed.
 * @param wanted absolute paths; those elsewhere do not matter
 * @throws PxectlError E_UNSAFE_FOLDER for a link in there; E_DISK_FULL, E_PERMISSION
 */
export async function claimServed(layout: Layout, wanted: Iterable<string>): Promise<ServedClaim> {
  const roots = [layout.tftpRoot, layout.httpRoot];
  const rootOf = (path: string): string | undefined => roots.find((root) => path.startsWith(`${root}/`));
  const claimed = new Set([...wanted].filter((path) => rootOf(path) !== undefined));
  const listed = (await readManifest(layout)).filter((path) => rootOf(path) !== undefined);
  const there = (await Promise.all(roots.map(listFiles))).flat();
  const left = new Set([...listed, ...there.filter(isTemporaryName)].filter((path) => !claimed.has(path)));
  await writeManifest(layout, [...claimed, ...left]);
  return {
    foreign: there.filter((path) => !claimed.has(path) && !left.has(path)),
    async removeLeft() {
      for (const path of left) await removeFile(rootOf(path) ?? '', path);
      await writeManifest(layout, [...claimed]);
    },
  };
}

/** Absolute paths. A manifest that is missing or not understood lists none: what nobody knows of is left alone. */
async function readManifest(layout: Layout): Promise<string[]> {
  const text = await readTextIfThere(manifestPath(layout));
  try {
    return schema.parse(JSON.parse(text ?? '')).files.map((file) => join(layout.root, file));
  } catch {
    return [];
  }
}

async function writeManifest(layout: Layout, paths: readonly string[]): Promise<void> {
  const files = paths.map((path) => relative(layout.root, path)).sort();
  const text = `${JSON.stringify({ schema: 'pxectl.served/1', files }, null, 1)}\n`;
  if ((await readTextIfThere(manifestPath(layout))) !== text)
    await writeFileAtomic(manifestPath(layout), text);
}

/**
 * Every file below this folder. The folder itself may be a link (to a bigger disk); nothing is looked for through others.
 * @throws PxectlError E_UNSAFE_FOLDER for a link below it: dnsmasq and nginx follow links, and so would a write
 */
async function listFiles(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw diskError(error, root);
  });
  const link = entries.find((entry) => entry.isSymbolicLink());
  if (link !== undefined) {
    const path = join(link.parentPath, link.name);
    throw environmentError('E_UNSAFE_FOLDER', {
      what: `${path} is a link`,
      why: 'whoever serves this folder follows it, and hands out what it points to',
      next: `move ${path} out of that folder; if it is to be served, put the file itself there`,
    });
  }
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
}

/** Takes a file of ours away, and the folders that it leaves empty. One that has become another's is left alone. */
async function removeFile(root: string, path: string): Promise<void> {
  const isOurs = (await lstat(path).catch(() => undefined))?.isFile() === true;
  // a folder on the way that became a link leads to somebody else's file of that name
  const real = isOurs ? await realpath(dirname(path)) : undefined;
  if (real === undefined || real !== join(await realpath(root), relative(root, dirname(path)))) return;
  await rm(path, { force: true });
  for (let folder = dirname(path); folder !== root; folder = dirname(folder)) {
    const isEmpty = await rmdir(folder).then(
      () => true,
      () => false,
    );
    if (!isEmpty) return;
  }
}
