import { join } from 'node:path';
import { CONFIG_FILE_NAME, findConfig, loadProject } from '../../engine/project.ts';
import { findRemoteImage } from '../../images/catalogue/available.ts';
import { unknownImage } from '../../images/catalogue/unknown-image.ts';
import { readLoaderManifest } from '../../images/loaders/loader-manifest.ts';
import { isOwnSource } from '../../images/own-source.ts';
import { openStore } from '../../images/store.ts';
import { layoutBeside, type StateLayout } from '../../model/state-layout.ts';
import { isThere } from '../../platform/files.ts';
import { addImages } from '../add-images.ts';
import { fetchForUser } from '../fetch-for-user.ts';
import { initByItself } from '../init/init-by-itself.ts';
import { initialise } from '../init/initialise.ts';
import type { UpWish } from './up-wish.ts';

/**
 * Has the image that `up` is to serve here and in the configuration: fetches what is missing, and writes the configuration
 * that is missing, as init would.
 * @param image a name of the catalogue, or a file, folder or address of the user's own
 * @returns its name; undefined when a dry run has said what would be done first
 */
export async function takeImage(image: string, wish: UpWish): Promise<string | undefined> {
  const { output, signal } = wish;
  const asked = await findConfig(wish.configPath, process.cwd());
  const configPath = asked !== undefined && (await isThere(asked)) ? asked : undefined;
  const project = configPath === undefined ? undefined : await loadProject(configPath);
  const layout = project?.layout ?? layoutBeside(asked ?? join(process.cwd(), CONFIG_FILE_NAME));
  const isListed = project?.config.images.includes(image) === true;
  const isHere = await isFetched(layout, image);
  if (isListed && (isHere || wish.isDryRun)) return image;
  // a mistyped name must not end in a file that names it
  if (!isListed && !isHere && !isOwnSource(image) && findRemoteImage(image) === undefined)
    throw unknownImage(image);
  const initial = { images: isOwnSource(image) ? [] : [image], configPath: asked };
  if (wish.isDryRun) {
    const config =
      project === undefined ? await initByItself({ ...initial, isDryRun: true }, output) : undefined;
    describe(image, config ?? { path: project?.configPath ?? '' }, wish);
    return undefined;
  }
  // without a network to serve nothing is downloaded
  if (project === undefined) {
    const place = asked === undefined ? {} : { configPath: asked };
    await initialise({ images: initial.images, ...place, isForced: false, isDryRun: true });
  }
  const options = { mirrors: project?.config.mirrors ?? {} };
  const { images } = isHere
    ? { images: [] }
    : await fetchForUser([image], options, { layout, store: project?.config.store, output, signal });
  const id = images[0]?.id ?? image;
  const state = project ?? (asked === undefined ? {} : { configPath: asked });
  await addImages([id], state, output);
  return id;
}

function describe(
  image: string,
  { path, address }: { readonly path: string; readonly address?: string },
  { isJson, output }: UpWish,
): void {
  if (isJson) {
    output.json({ schema: 'pxectl.up/1', dryRun: true, config: path, fetch: image, address });
  } else if (address === undefined)
    output.data(`would fetch ${image}, add it to images in ${path} and serve it`);
  else output.data(`would write ${path}, fetch ${image} and serve it on ${address}`);
}

async function isFetched(layout: StateLayout, image: string): Promise<boolean> {
  if (isOwnSource(image)) return false;
  const loaders = await readLoaderManifest(layout);
  return loaders.files.length > 0 && (await openStore(layout).find(image)) !== undefined;
}
