import type { ImageManifest, StoredFile } from '../model/image.ts';
import type { StateLayout } from '../model/state-layout.ts';
import { systemCodeOf } from '../model/errors.ts';
import { hashFile } from './hashed-copy.ts';
import { notFetched, openStore } from './store.ts';

/** Images in the store, by id. */
export async function listImages(layout: StateLayout): Promise<ImageManifest[]> {
  return openStore(layout).list();
}

/** @throws PxectlError E_IMAGE_NOT_FETCHED, E_LOCKED */
export async function removeImage(layout: StateLayout, id: string): Promise<void> {
  await openStore(layout).remove(id);
}

export interface FileCheck {
  readonly file: StoredFile;
  readonly outcome: 'ok' | 'missing' | 'wrong-size' | 'wrong-hash';
}

export interface ImageCheck {
  readonly id: string;
  /** where it came from: a damaged one has to be fetched from there again */
  readonly origin: string;
  readonly isLocal: boolean;
  readonly isOk: boolean;
  readonly files: readonly FileCheck[];
}

/**
 * Hashes every stored file again and compares it with the manifest.
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
  const files: FileCheck[] = [];
  for (const file of manifest.files) {
    files.push({ file, outcome: await checkFile(store.filePath(id, file.path), file, signal) });
  }
  return {
    id,
    origin: manifest.origin,
    isLocal: manifest.verification === 'local',
    isOk: files.every((check) => check.outcome === 'ok'),
    files,
  };
}

async function checkFile(
  path: string,
  expected: StoredFile,
  signal: AbortSignal | undefined,
): Promise<FileCheck['outcome']> {
  try {
    const actual = await hashFile(path, 'sha256', signal);
    if (actual.sizeBytes !== expected.sizeBytes) return 'wrong-size';
    return actual.digest === expected.sha256 ? 'ok' : 'wrong-hash';
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return 'missing';
    throw error;
  }
}
