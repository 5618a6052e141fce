import { assetError, usageError } from '../model/errors.ts';
import type { ImageManifest } from '../model/image.ts';
import { fetchFromLocal } from './fetch-local-image.ts';
import { fetchFromPackage } from './fetch-package-image.ts';
import type { FetchContext, FetchedImage, FetchOptions } from './fetch-types.ts';
import { checkImageId } from './image-id.ts';
import { openStore, type ImageStore } from './store.ts';

const DEFAULT_PARALLEL = 3;

/**
 * Brings images into the store, verified; those that are there already are left alone.
 *
 * With `options.from` there is one image at most, and its id may be left out: it is then stored as what it is
 * recognised as. All images are tried even when one fails; then the first failure is thrown.
 * @throws PxectlError E_USAGE, E_IMAGE_UNKNOWN, E_DOWNLOAD, E_NOT_FOUND, E_CHECKSUM, E_SIGNATURE, E_ISO_INVALID …
 */
export async function fetchImages(
  ids: readonly string[],
  options: FetchOptions,
  context: FetchContext,
): Promise<FetchedImage[]> {
  const store = openStore(context.layout);
  ids.forEach(checkImageId);
  if (options.from !== undefined) {
    if (ids.length > 1) throw usageError({ what: '--from takes one image, and there are several names' });
    const manifest = await fetchFromLocal(store, options.from, ids[0], context);
    return [finished(manifest, context)];
  }
  const waiting = [...new Set(ids)];
  const results: FetchedImage[] = [];
  const failures: unknown[] = [];
  const work = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      try {
        results.push(await fetchOne(store, id, options, context));
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: options.parallel ?? DEFAULT_PARALLEL }, work));
  if (failures.length > 0) throw failures[0];
  return results;
}

async function fetchOne(
  store: ImageStore,
  id: string,
  options: FetchOptions,
  context: FetchContext,
): Promise<FetchedImage> {
  const present = options.isForced === true ? undefined : await store.find(id);
  if (present !== undefined) return { manifest: present, outcome: 'present' };
  const manifest = await fetchFromPackage(store, id, context);
  if (manifest !== undefined) return finished(manifest, context);
  throw assetError('E_IMAGE_UNKNOWN', {
    what: `there is no image ${id} in the catalogue`,
    next: 'pxectl images --available',
  });
}

function finished(manifest: ImageManifest, context: FetchContext): FetchedImage {
  context.progress({ type: 'done', subject: manifest.id, text: `${manifest.title}: ${manifest.verifiedBy}` });
  return { manifest, outcome: 'fetched' };
}
