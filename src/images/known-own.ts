import { join } from 'node:path';
import type { ImageManifest } from '../model/image.ts';
import { fileOf } from '../model/image.ts';
import type { FetchOptions } from './fetch-types.ts';
import type { ImageStore } from './store.ts';
import type { FileTree } from './trees/file-tree.ts';
import { checkFiles } from './verified-files.ts';

/**
 * The name for an image of the user's own that was recognised as `id`: another one where an image that somebody vouches
 * for has that name, which must not be lost to one that nobody vouches for.
 */
export async function freeName(
  store: ImageStore,
  id: string,
): Promise<{ readonly id: string; readonly taken?: ImageManifest }> {
  const there = await store.find(id);
  if (there === undefined || there.verification === 'local' || there.verification === 'skipped')
    return { id };
  return { id: `${id.slice(0, 57)}-local`, taken: there };
}

/** The image that was taken from this very file or address before, where neither has changed since. */
export async function findTaken(
  store: ImageStore,
  id: string,
  tree: FileTree,
  options: FetchOptions,
): Promise<ImageManifest | undefined> {
  if (options.isForced === true || tree.changedAtMs === undefined) return undefined;
  const manifest = await store.find(id);
  if (manifest === undefined || manifest.origin !== tree.origin) return undefined;
  if (options.kernel === 'hwe' && fileOf(manifest, 'kernel-hwe') === undefined) return undefined;
  const root = fileOf(manifest, 'root-image');
  if (options.isRootLeftRemote === true ? root !== undefined : root?.sizeBytes !== tree.sizeBytes)
    return undefined;
  if (!(tree.changedAtMs < Date.parse(manifest.verifiedAt))) return undefined;
  const checks = await checkFiles(join(store.folder, id), manifest.files);
  return checks.every(({ outcome }) => outcome === 'ok') ? manifest : undefined;
}
