import { lstat, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ExpectedFile } from '../file-check.ts';
import { diskError } from '../../platform/files.ts';
import { isStoreThere, type StoreFolders } from './store-place.ts';

/** What is in a shared store, and what of it no project has a link to. */
export interface StoreUse {
  readonly sizeBytes: number;
  readonly unused: readonly { readonly path: string; readonly sizeBytes: number }[];
}

/** Undefined where there is no store. @throws PxectlError E_UNSAFE_FOLDER, E_PERMISSION */
export async function readStoreUse(folders: StoreFolders): Promise<StoreUse | undefined> {
  if (!(await isStoreThere(folders))) return undefined;
  try {
    const unused = [];
    let sizeBytes = 0;
    for (const name of await readdir(folders.files)) {
      const path = join(folders.files, name);
      const found = await lstat(path).catch(() => undefined);
      if (found?.isFile() !== true) continue;
      sizeBytes += found.size;
      if (found.nlink === 1) unused.push({ path, sizeBytes: found.size });
    }
    return { sizeBytes, unused };
  } catch (error) {
    throw diskError(error, folders.files);
  }
}

/** Removes what no project has a link to, and the manifests that were made of it. @throws PxectlError E_UNSAFE_FOLDER, E_PERMISSION */
export async function removeUnused(folders: StoreFolders, { unused }: StoreUse): Promise<void> {
  try {
    // a project that takes one at this moment has its own link to it by then, or fetches it
    for (const { path } of unused) await rm(path, { force: true });
    const left = new Set(await readdir(folders.files));
    for (const name of await readdir(folders.taken)) {
      const path = join(folders.taken, name);
      const hashes = (await readFile(path, 'utf8')).match(/\b[0-9a-f]{64}\b/g) ?? [];
      if (hashes.some((hash) => !left.has(hash))) await rm(path, { force: true });
    }
  } catch (error) {
    throw diskError(error, folders.root);
  }
}

/** Removes these files where this project was the last that had them. */
export async function dropUnused(folders: StoreFolders, files: readonly ExpectedFile[]): Promise<void> {
  const use = await readStoreUse(folders);
  if (use === undefined) return;
  const mine = new Set(files.map(({ sha256 }) => join(folders.files, sha256)));
  await removeUnused(folders, { ...use, unused: use.unused.filter(({ path }) => mine.has(path)) });
}
