import { stat } from 'node:fs/promises';
import { askRemote, askSize, type RemoteFileSize } from '../images/ask-remote.ts';
import { findRemoteImage } from '../images/catalogue/available.ts';
import { unknownImage } from '../images/catalogue/unknown-image.ts';
import type { FetchOptions } from '../images/fetch-types.ts';
import { isOwnSource } from '../images/own-source.ts';
import { openStore } from '../images/store.ts';
import type { StateLayout } from '../model/state-layout.ts';
import { formatBytes } from '../model/units.ts';
import type { Output } from './output.ts';

export interface DescribeFetchOptions {
  readonly layout: StateLayout;
  readonly fetch: FetchOptions;
  readonly isJson: boolean;
  readonly signal: AbortSignal;
}

interface DescribedImage {
  readonly id: string;
  readonly outcome: 'present' | 'would-fetch';
  /** where it would be looked for */
  readonly places?: readonly string[];
  readonly files?: readonly RemoteFileSize[];
}

/** `fetch --dry-run`: what is here already, what would be fetched, from where, and how much that is. */
export async function describeFetch(
  words: readonly string[],
  { layout, fetch, isJson, signal }: DescribeFetchOptions,
  output: Output,
): Promise<void> {
  const store = openStore(layout);
  const from = words.filter(isOwnSource);
  const wanted: Omit<DescribedImage, 'files'>[] = [];
  for (const id of words) {
    if (isOwnSource(id)) continue;
    const isPresent = fetch.isForced !== true && (await store.find(id)) !== undefined;
    const remote = findRemoteImage(id);
    if (!isPresent && remote === undefined) throw unknownImage(id);
    wanted.push(
      isPresent ? { id, outcome: 'present' } : { id, outcome: 'would-fetch', places: remote?.places ?? [] },
    );
  }
  const ask = async (image: Omit<DescribedImage, 'files'>): Promise<DescribedImage> => {
    const remote = image.outcome === 'present' ? undefined : findRemoteImage(image.id);
    if (remote === undefined || fetch.isOffline === true) return image;
    const answer = await askRemote(remote, fetch, { layout, signal });
    if (typeof answer !== 'string') return { ...image, files: answer };
    output.progress(`${image.id}: how much it is nobody could say: ${answer}`);
    return image;
  };
  const images = await Promise.all(wanted.map(ask));
  signal.throwIfAborted();
  if (isJson) {
    output.json({ schema: 'pxectl.fetch/1', dryRun: true, images, ...(from[0] ? { from: from[0] } : {}) });
    return;
  }
  for (const image of images) tell(image, layout, output);
  for (const source of from) {
    const size = await sizeOf(source, fetch, signal);
    const name = fetch.storedAs === undefined ? '' : ` as ${fetch.storedAs}`;
    output.data(
      `would store what is in ${source}${size === undefined ? '' : ` (${formatBytes(size)})`}${name}`,
    );
  }
}

function tell(
  { id, outcome, places = [], files }: DescribedImage,
  layout: StateLayout,
  output: Output,
): void {
  if (outcome === 'present') return output.data(`${id} is here already`);
  const sizes = files?.map(({ sizeBytes }) => sizeBytes) ?? [undefined];
  const isWhole = sizes.every((size) => size !== undefined);
  const total = isWhole ? `, ${formatBytes(sizes.reduce((sum, size) => sum + size, 0))},` : '';
  output.data(`would fetch ${id}${total} into ${layout.images}/${id}`);
  for (const { address, sizeBytes } of files ?? []) {
    output.data(`  from ${address}${sizeBytes === undefined ? '' : ` (${formatBytes(sizeBytes)})`}`);
  }
  if (files === undefined) for (const place of places) output.data(`  from ${place}`);
}

/** Of a file, or of what is at an address. */
async function sizeOf(source: string, fetch: FetchOptions, signal: AbortSignal): Promise<number | undefined> {
  if (/^https?:/i.test(source)) return askSize(source, fetch, signal);
  const found = await stat(source).catch(() => undefined);
  return found?.isFile() === true ? found.size : undefined;
}
