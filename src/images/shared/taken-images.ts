import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageManifest } from '../../model/image.ts';
import { readTextIfThere, writeFileAtomic } from '../../platform/files.ts';
import { packageVersion } from '../../platform/packaged-files.ts';
import { checkImageId } from '../image-id.ts';
import type { FetchContext } from '../fetch-types.ts';
import { lockWait } from '../lock-wait.ts';
import { parseManifest, type ImageStore } from '../store.ts';
import type { Provenance } from '../store-recipe.ts';
import type { SharedStore } from './shared-store.ts';

/**
 * A name for what an image is made of: the same source, taken by the same pxectl in the same way, gives the same files.
 * @param source everything that decides about them: name, sums of what is downloaded, who vouches, options
 */
export function takenName(source: Readonly<Record<string, unknown>>): string {
  const text = JSON.stringify({ ...source, pxectl: packageVersion() });
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** An image that may have been taken by another project. */
export interface SharedWish {
  readonly id: string;
  /** of `takenName`; undefined where nothing says beforehand what its files are */
  readonly name: string | undefined;
  /** where it would come from now */
  readonly provenance: Provenance;
  readonly isForced: boolean;
}

/** Puts an image together of what another project took from the same source, else by `fetch`, for others to take it then. */
export async function fetchShared(
  store: ImageStore,
  { id, name, provenance, isForced }: SharedWish,
  context: FetchContext,
  fetch: () => Promise<ImageManifest>,
): Promise<ImageManifest> {
  const { shared, signal, progress } = context;
  if (shared === undefined || name === undefined) return fetch();
  const takeOrFetch = async (): Promise<ImageManifest> => {
    const taken = await store.build(id, async (incoming) => {
      const before = isForced ? undefined : await takeAgain(shared, name, incoming.folder, signal);
      if (before === undefined) return undefined;
      const manifest = { ...before, ...provenance, verifiedAt: new Date().toISOString() };
      await incoming.commit(manifest);
      const text = `taken from ${shared.folders.root}, which another project fetched it into`;
      progress({ type: 'step', subject: id, text });
      return manifest;
    });
    if (taken !== undefined) return taken;
    const manifest = await fetch();
    await noteTaken(shared, name, manifest);
    return manifest;
  };
  return shared.alone(name, takeOrFetch, lockWait(id, context));
}

/** Fills `folder` with the image that another project took from the same source; undefined when it has to be taken. */
async function takeAgain(
  shared: SharedStore,
  name: string,
  folder: string,
  signal?: AbortSignal,
): Promise<ImageManifest | undefined> {
  const text = await shared.attempt(() => readTextIfThere(pathOf(shared, name)));
  const manifest = parseManifest(text);
  if (manifest === undefined) return undefined;
  for (const file of manifest.files) {
    if (await shared.take(file, join(folder, file.path), signal)) continue;
    // nothing may be written over them: they are files of the store
    for (const { path } of manifest.files) await rm(join(folder, path), { force: true });
    return undefined;
  }
  return manifest;
}

/** Remembers for other projects what was taken. */
async function noteTaken(shared: SharedStore, name: string, manifest: ImageManifest): Promise<void> {
  // whoever takes it may ask another mirror
  const text = JSON.stringify({ ...manifest, mirror: undefined });
  await shared.attempt(() => writeFileAtomic(pathOf(shared, name), `${text}\n`));
}

const pathOf = ({ folders }: SharedStore, name: string): string =>
  join(folders.taken, `${checkImageId(name)}.json`);
