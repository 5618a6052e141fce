import { fetchImages } from '../images/fetch-images.ts';
import type { FetchOptions } from '../images/fetch-types.ts';
import { fetchLoaders } from '../images/loaders/fetch-loaders.ts';
import { openUsualStore } from '../images/shared/shared-store.ts';
import type { LoaderManifest } from '../model/loader.ts';
import { fileOf, type ImageManifest } from '../model/image.ts';
import type { StateLayout } from '../model/state-layout.ts';
import { fetchView } from './fetch-view.ts';
import type { Output } from './output.ts';

export interface FetchSummary {
  readonly images: readonly {
    readonly id: string;
    readonly outcome: 'fetched' | 'present';
    readonly verifiedBy: string;
  }[];
  readonly loaders: LoaderManifest['files'];
}

/** Fetches images and the loaders that boot them, and says on stderr what it does. */
export async function fetchForUser(
  ids: readonly string[],
  options: FetchOptions,
  where: {
    readonly layout: StateLayout;
    /** `store` of the configuration */
    readonly store: string | undefined;
    readonly output: Output;
    readonly signal: AbortSignal;
    /** the images are in the store, whatever becomes of the loaders */
    readonly onImages?: (ids: readonly string[]) => Promise<void>;
  },
): Promise<FetchSummary> {
  const { layout, output, signal } = where;
  const progress = fetchView(output);
  const shared = openUsualStore(where.store, progress);
  const context = { layout, progress, signal, ...(shared === undefined ? {} : { shared }) };
  const images = await fetchImages(ids, options, context);
  for (const image of images) {
    if (image.outcome === 'present') tellPresent(image.manifest, options, output);
  }
  await where.onImages?.(images.map(({ manifest }) => manifest.id));
  const loaders = await fetchLoaders(options, context);
  return {
    images: images.map(({ manifest, outcome }) => ({
      id: manifest.id,
      outcome,
      verifiedBy: manifest.verifiedBy,
    })),
    loaders: loaders.files,
  };
}

/** An image that is here may be less than what was asked for. */
function tellPresent(manifest: ImageManifest, options: FetchOptions, output: Output): void {
  const { id } = manifest;
  if (options.kernel === 'hwe' && fileOf(manifest, 'kernel-hwe') === undefined) {
    return output.warn(
      `${id}: already here, without its newer kernel: pxectl fetch --force --kernel hwe ${id}`,
    );
  }
  if (manifest.verification === 'skipped' && options.isVerificationSkipped !== true) {
    return output.warn(`${id}: already here, NOT VERIFIED; to have it verified: pxectl fetch --force ${id}`);
  }
  output.progress(`${id}: already here, nothing to do`);
}
