import { readLoaderManifest } from '../images/loaders/loader-manifest.ts';
import { notFetched, openStore } from '../images/store.ts';
import type { BootContext } from '../model/boot-context.ts';
import { assetError } from '../model/errors.ts';
import type { ImageManifest } from '../model/image.ts';
import type { Project } from './project.ts';

/**
 * The configuration together with what is in the store.
 * @throws PxectlError E_IMAGE_NOT_FETCHED, E_LOADER_MISSING; E_NO_INTERFACE, E_NO_ADDRESS where `auto` stands for nothing
 */
export async function loadBootContext(project: Project): Promise<BootContext> {
  if (project.networkProblem !== undefined) throw project.networkProblem;
  const store = openStore(project.layout);
  const images: ImageManifest[] = [];
  for (const id of project.config.images) {
    const manifest = await store.find(id);
    if (manifest === undefined) throw notFetched(id);
    images.push(manifest);
  }
  const loaders = await readLoaderManifest(project.layout);
  if (loaders.files.length === 0) {
    throw assetError('E_LOADER_MISSING', {
      what: 'there are no boot loaders in the store',
      why: 'they come with the first image that is fetched',
      next: `pxectl fetch ${project.config.images[0] ?? 'debian-12'}`,
    });
  }
  return { config: project.config, images, loaders, orderTokens: project.orderTokens };
}
