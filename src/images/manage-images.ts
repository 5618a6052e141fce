import { join } from 'node:path';
import type { ImageManifest, StoredFile } from '../model/image.ts';
import type { LoaderFile } from '../model/loader.ts';
import type { StateLayout } from '../model/state-layout.ts';
import { refetchImage } from './check-stored.ts';
import type { FileOutcome } from './file-check.ts';
import { readLoaderManifest } from './loaders/loader-manifest.ts';
import type { SharedStore } from './shared/shared-store.ts';
import { notFetched, openStore } from './store.ts';
import { checkFiles, type FileCheck, type NamedFile } from './verified-files.ts';

/** Images in the store, by id. */
export async function listImages(layout: StateLayout): Promise<ImageManifest[]> {
  return openStore(layout).list();
}

/**
 * @param shared what no other project has goes from there too
 * @throws PxectlError E_IMAGE_NOT_FETCHED, E_LOCKED
 */
export async function removeImage(layout: StateLayout, id: string, shared?: SharedStore): Promise<void> {
  await openStore(layout, shared).remove(id);
}

export interface ImageCheck {
  readonly id: string;
  readonly isOk: boolean;
  readonly files: readonly Pick<FileCheck<StoredFile>, 'file' | 'outcome'>[];
  /** where it came from, and the command that brings it back from there */
  readonly origin: string;
  readonly isLocal: boolean;
  readonly refetch: string;
}

/**
 * Hashes every stored file again and compares it with the manifest; what is right is remembered as verified.
 * @throws PxectlError E_IMAGE_NOT_FETCHED; the reason of `signal`
 */
export async function verifyImage(
  layout: StateLayout,
  id: string,
  signal?: AbortSignal,
): Promise<ImageCheck> {
  const store = openStore(layout);
  const manifest = await store.find(id);
  if (manifest === undefined) throw notFetched(id);
  const checks = await checkFiles(join(layout.images, id), manifest.files, { isThorough: true, signal });
  return {
    id,
    origin: manifest.origin,
    isLocal: manifest.verification === 'local',
    refetch: refetchImage(manifest),
    ...judged(checks),
  };
}

export interface LoadersCheck {
  readonly isOk: boolean;
  readonly files: readonly Pick<FileCheck<LoaderFile>, 'file' | 'outcome'>[];
}

/** The same for the boot loaders. */
export async function verifyLoaders(layout: StateLayout, signal?: AbortSignal): Promise<LoadersCheck> {
  const { files } = await readLoaderManifest(layout);
  return judged(await checkFiles(layout.loaders, files, { isThorough: true, signal }));
}

function judged<F extends NamedFile>(
  checks: readonly FileCheck<F>[],
): { isOk: boolean; files: readonly { file: F; outcome: FileOutcome }[] } {
  return {
    isOk: checks.every(({ outcome }) => outcome === 'ok'),
    files: checks.map(({ file, outcome }) => ({ file, outcome })),
  };
}
