import { stat } from 'node:fs/promises';
import { findRemoteImage } from '../images/catalogue/available.ts';
import { unknownImage } from '../images/catalogue/unknown-image.ts';
import { isOwnSource } from '../images/own-source.ts';
import { openStore } from '../images/store.ts';
import type { StateLayout } from '../model/state-layout.ts';
import { formatBytes } from '../model/units.ts';
import type { Output } from './output.ts';

export interface DescribeFetchOptions {
  readonly layout: StateLayout;
  readonly storedAs: string | undefined;
  readonly isForced: boolean;
  readonly isJson: boolean;
}

/** `fetch --dry-run`: what is here already, and what would be fetched. */
export async function describeFetch(
  words: readonly string[],
  { layout, storedAs, isForced, isJson }: DescribeFetchOptions,
  output: Output,
): Promise<void> {
  const store = openStore(layout);
  const from = words.filter(isOwnSource);
  const images = [];
  for (const id of words) {
    if (isOwnSource(id)) continue;
    const isPresent = !isForced && (await store.find(id)) !== undefined;
    if (!isPresent && findRemoteImage(id) === undefined) throw unknownImage(id);
    images.push({ id, outcome: isPresent ? 'present' : 'would-fetch' });
  }
  if (isJson) {
    output.json({ schema: 'pxectl.fetch/1', dryRun: true, images, ...(from[0] ? { from: from[0] } : {}) });
    return;
  }
  for (const { id, outcome } of images) {
    if (outcome === 'present') output.data(`${id} is here already`);
    else {
      output.data(`would fetch ${id} into ${layout.images}/${id}`);
      for (const place of findRemoteImage(id)?.places ?? []) output.data(`  from ${place}`);
    }
  }
  for (const source of from) {
    const size = await sizeOf(source);
    const name = storedAs === undefined ? '' : ` as ${storedAs}`;
    output.data(
      `would store what is in ${source}${size === undefined ? '' : ` (${formatBytes(size)})`}${name}`,
    );
  }
}

/** Of a file; what is at an address is asked when it is fetched. */
async function sizeOf(source: string): Promise<number | undefined> {
  const found = await stat(source).catch(() => undefined);
  return found?.isFile() === true ? found.size : undefined;
}
