import { access } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CONFIG_FILE_NAME,
  findConfig,
  loadProject,
  overrideConfig,
  type Project,
} from '../../engine/project.ts';
import { findRemoteImage } from '../../images/catalogue/available.ts';
import { unknownImage } from '../../images/catalogue/unknown-image.ts';
import type { EngineChoice } from '../../model/config.ts';
import { openStore } from '../../images/store.ts';
import { readLoaderManifest } from '../../images/loaders/loader-manifest.ts';
import { usageError } from '../../model/errors.ts';
import { layoutBeside, type StateLayout } from '../../model/state-layout.ts';
import { fetchForUser } from '../fetch-for-user.ts';
import { initialise } from '../init/initialise.ts';
import { checkSeeds, tellSeeds } from '../install-seeds.ts';
import type { Output } from '../output.ts';
import { isInBackground } from './in-background.ts';

export interface UpWish {
  readonly image: string | undefined;
  readonly engine: EngineChoice | undefined;
  readonly configPath: string | undefined;
  readonly isDryRun: boolean;
  readonly isJson: boolean;
  readonly output: Output;
  readonly signal: AbortSignal;
}

/**
 * The project to serve. With an image and no configuration this is init, fetch and up in one go; an image of the
 * configuration that is not here yet is fetched.
 * Undefined when a dry run ends here, because the configuration would have to be written first.
 * @throws PxectlError
 */
export async function prepareUp(wish: UpWish): Promise<Project | undefined> {
  const { image, engine, output } = wish;
  const configPath = await findConfig(wish.configPath, process.cwd());
  const isNew = configPath === undefined || (image !== undefined && !(await isConfigThere(configPath)));
  if (isNew && image !== undefined) {
    // a mistyped name must not end in a file that names it
    const layout = layoutBeside(configPath ?? join(process.cwd(), CONFIG_FILE_NAME));
    if (!(await isFetched(layout, image)) && findRemoteImage(image) === undefined) throw unknownImage(image);
    const done = await initialise({
      images: [image],
      isForced: false,
      isDryRun: wish.isDryRun,
      ...(configPath === undefined ? {} : { configPath }),
    });
    for (const line of done.network.found) output.progress(`found    ${line}`);
    for (const line of done.network.assumed) output.progress(`assumed  ${line}`);
    if (wish.isDryRun) {
      const { address } = done.network;
      const text = `would write ${done.path}, fetch ${image} and serve it on ${address}`;
      if (wish.isJson) {
        output.json({ schema: 'pxectl.up/1', dryRun: true, config: done.path, fetch: image, address });
      } else output.data(text);
      return undefined;
    }
    output.progress(`wrote    ${done.path}`);
  }
  const project = await loadProject(wish.configPath);
  await checkSeeds(project.config, project.configPath);
  if (!isInBackground()) {
    await tellSeeds(project, project.config.machines, { output, isRefused: false });
  }
  const wished = withWishes(project, image, engine);
  // an earlier run may have ended between writing the file and having the image
  if (image !== undefined && !wish.isDryRun && !(await isFetched(project.layout, image))) {
    await fetchForUser(
      [image],
      { mirrors: project.config.mirrors },
      { layout: project.layout, output, signal: wish.signal },
    );
  }
  return wished;
}

async function isFetched(layout: StateLayout, image: string): Promise<boolean> {
  const loaders = await readLoaderManifest(layout);
  return loaders.files.length > 0 && (await openStore(layout).find(image)) !== undefined;
}

async function isConfigThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

function withWishes(project: Project, image: string | undefined, engine: EngineChoice | undefined): Project {
  const { config } = project;
  if (image !== undefined && !config.images.includes(image)) {
    throw usageError({
      what: `${image} is not among the images of ${project.configPath}`,
      why: `there are: ${config.images.join(', ') || 'none'}`,
      next: howToAdd(image),
    });
  }
  return overrideConfig(project, {
    ...(engine === undefined ? {} : { engine }),
    ...(image === undefined ? {} : { defaultImage: image }),
  });
}

/** A file or URL is fetched with --from, under a name that only fetch knows; a wrong name is not fetched at all. */
function howToAdd(image: string): string {
  if (/[/\\]|\.(iso|tar|t?gz|xz|zst)$/i.test(image)) {
    return `pxectl fetch --from ${image} (it adds the image and says its name), then pxectl up with that name`;
  }
  return findRemoteImage(image) === undefined
    ? 'pxectl images --available'
    : `pxectl fetch ${image} (it adds the image), then pxectl up ${image}`;
}
