import { loadProject, overrideConfig, type Project } from '../../engine/project.ts';
import { checkSeeds, tellSeeds } from '../install-seeds.ts';
import { isInBackground } from './in-background.ts';
import { takeImage } from './take-image.ts';
import type { UpWish } from './up-wish.ts';

/**
 * The project to serve. With an image and no configuration this is init, fetch and up in one go; an image that is not here
 * yet is fetched, and listed in the configuration.
 * Undefined when a dry run ends here, because the configuration would have to be written first.
 * @throws PxectlError
 */
export async function prepareUp(wish: UpWish): Promise<Project | undefined> {
  const { engine, output } = wish;
  const defaultImage = wish.image === undefined ? undefined : await takeImage(wish.image, wish);
  if (wish.image !== undefined && defaultImage === undefined) return undefined;
  const project = await loadProject(wish.configPath);
  await checkSeeds(project.config, project.configPath);
  if (!isInBackground()) {
    await tellSeeds(project, project.config.machines, { output, isRefused: false });
  }
  return overrideConfig(project, {
    ...(engine === undefined ? {} : { engine }),
    ...(defaultImage === undefined ? {} : { defaultImage }),
  });
}
