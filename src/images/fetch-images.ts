import { messageOf, PxectlError, usageError } from '../model/errors.ts';
import type { ImageManifest } from '../model/image.ts';
import { findRemoteImage } from './catalogue/available.ts';
import { unknownImage } from './catalogue/unknown-image.ts';
import { openHttpClient, type HttpClient } from './download/http-client.ts';
import { fetchOwn, type OwnInput } from './fetch-own.ts';
import { fetchFromPackage } from './fetch-package-image.ts';
import { fetchRemoteImage } from './fetch-remote-image.ts';
import type { FetchContext, FetchedImage, FetchOptions } from './fetch-types.ts';
import { checkImageId } from './image-id.ts';
import { lockWait } from './lock-wait.ts';
import { isOwnSource } from './own-source.ts';
import { openStore, type ImageStore } from './store.ts';

const DEFAULT_PARALLEL = 3;

/**
 * Brings images into the store, verified; those that are there already are left alone.
 *
 * Each word is the name of an image, or a file, folder or address of the user's own, which is stored as what it is
 * recognised as. All images are tried even when one fails; then the first failure is thrown, and the others are told as
 * warnings. A name that nobody knows fails before anything is downloaded.
 * @throws PxectlError E_USAGE, E_IMAGE_UNKNOWN, E_DOWNLOAD, E_NOT_FOUND, E_CHECKSUM, E_SIGNATURE, E_ISO_INVALID …
 */
export async function fetchImages(
  words: readonly string[],
  options: FetchOptions,
  context: FetchContext,
): Promise<FetchedImage[]> {
  const store = openStore(context.layout, context.shared);
  if (options.storedAs !== undefined) {
    checkImageId(options.storedAs);
    if (words.length !== 1 || !isOwnSource(words[0] ?? ''))
      throw usageError({
        what: '--as names one image that comes from a file, folder or address of your own',
      });
  }
  for (const id of words) {
    if (isOwnSource(id)) continue;
    checkImageId(id);
    if (findRemoteImage(id) === undefined && (await findPresent(store, id, options)) === undefined)
      throw unknownImage(id);
  }
  const client = await openClient(options, context);
  const waiting = [...new Set(words)];
  const results: FetchedImage[] = [];
  const failures: { readonly id: string; readonly error: unknown }[] = [];
  const work = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      try {
        const fetched = isOwnSource(id)
          ? await takeOwn(id, { store, options, context, client })
          : await fetchOne(store, id, options, context, client);
        results.push(fetched);
      } catch (error) {
        failures.push({ id, error });
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: options.parallel ?? DEFAULT_PARALLEL }, work));
  } finally {
    await client.close();
  }
  const [first, ...others] = failures;
  if (first === undefined) return results;
  if (context.signal?.aborted !== true) {
    for (const { id, error } of others) {
      const why = error instanceof PxectlError && error.why !== undefined ? `: ${error.why}` : '';
      context.progress({ type: 'warning', subject: id, text: `not fetched: ${messageOf(error)}${why}` });
    }
  }
  throw first.error;
}

async function takeOwn(source: string, input: OwnInput): Promise<FetchedImage> {
  const { manifest, outcome } = await fetchOwn(source, input);
  return outcome === 'fetched' ? finished(manifest, input.context) : { manifest, outcome };
}

async function fetchOne(
  store: ImageStore,
  id: string,
  options: FetchOptions,
  context: FetchContext,
  client: HttpClient,
): Promise<FetchedImage> {
  const present = await findPresent(store, id, options);
  if (present !== undefined) return present;
  return store.locked(
    id,
    async () => {
      // the one that had the lock before may have fetched it
      const fetchedMeanwhile = await findPresent(store, id, options);
      if (fetchedMeanwhile !== undefined) return fetchedMeanwhile;
      const fromPackage = await fetchFromPackage(store, id, context);
      if (fromPackage !== undefined) return finished(fromPackage, context);
      const remote = findRemoteImage(id);
      if (remote === undefined) throw unknownImage(id);
      return finished(await fetchRemoteImage(store, remote, { client, options, context }), context);
    },
    lockWait(id, context),
  );
}

async function findPresent(
  store: ImageStore,
  id: string,
  options: FetchOptions,
): Promise<FetchedImage | undefined> {
  const manifest = options.isForced === true ? undefined : await store.find(id);
  return manifest === undefined ? undefined : { manifest, outcome: 'present' };
}

/** One client for all images, so that connections and proxies are shared. */
async function openClient(options: FetchOptions, context: FetchContext): Promise<HttpClient> {
  return openHttpClient({
    ...options.http,
    ...(options.mirrors === undefined ? {} : { mirrors: options.mirrors }),
    ...(options.isOffline === undefined ? {} : { isOffline: options.isOffline }),
    ...(context.signal === undefined ? {} : { signal: context.signal }),
  });
}

function finished(manifest: ImageManifest, context: FetchContext): FetchedImage {
  context.progress({
    type: 'done',
    subject: manifest.id,
    text: `${manifest.title}; verified by ${manifest.verifiedBy}${manifest.mirror === undefined ? '' : `; from ${manifest.mirror}`}`,
  });
  return { manifest, outcome: 'fetched' };
}
