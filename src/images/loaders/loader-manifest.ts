import { join } from 'node:path';
import type { LoaderManifest } from '../../model/loader.ts';
import { isPathBelow } from '../../model/safe-text.ts';
import type { StateLayout } from '../../model/state-layout.ts';
import { readTextIfThere, writeFileAtomic } from '../../platform/files.ts';

const EMPTY: LoaderManifest = { schema: 'pxectl.loaders/1', files: [] };

/** The loaders that are in the store; none when nothing was fetched. */
export async function readLoaderManifest(layout: Pick<StateLayout, 'loaders'>): Promise<LoaderManifest> {
  const text = await readTextIfThere(join(layout.loaders, 'manifest.json'));
  if (text === undefined) return EMPTY;
  try {
    const manifest = JSON.parse(text) as LoaderManifest;
    const isOurs = manifest.schema === EMPTY.schema && Array.isArray(manifest.files);
    return isOurs && manifest.files.every(({ path }) => isPathBelow(path)) ? manifest : EMPTY;
  } catch {
    return EMPTY;
  }
}

export async function writeLoaderManifest(
  layout: Pick<StateLayout, 'loaders'>,
  manifest: LoaderManifest,
): Promise<void> {
  await writeFileAtomic(join(layout.loaders, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}
