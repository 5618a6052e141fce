import { fetchImages } from '../images/fetch-images.ts';
import type { FetchOptions } from '../images/fetch-types.ts';
import { fetchLoaders } from '../images/loaders/fetch-loaders.ts';
import type { LoaderManifest } from '../model/loader.ts';
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
  where: { readonly layout: StateLayout; readonly output: Output; readonly signal: AbortSignal },
): Promise<FetchSummary> {
  const { layout, output, signal } = where;
  const context = { layout, progress: fetchView(output), signal };
  const images = await fetchImages(ids, options, context);
  for (const image of images) {
    if (image.outcome === 'present') output.progress(`${image.manifest.id}: already here, nothing to do`);
  }
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
