import { access } from 'node:fs/promises';
import { findConfig, loadProject, overrideConfig, type Project } from '../../engine/project.ts';
import type { EngineChoice } from '../../model/config.ts';
import { usageError } from '../../model/errors.ts';
import { fetchForUser } from '../fetch-for-user.ts';
import { initialise } from '../init/initialise.ts';
import type { Output } from '../output.ts';

export interface UpWish {
  readonly image: string | undefined;
  readonly engine: string | undefined;
  readonly configPath: string | undefined;
  readonly isDryRun: boolean;
  readonly output: Output;
  readonly signal: AbortSignal;
}

const ENGINES: readonly string[] = ['auto', 'docker', 'dnsmasq', 'builtin'] satisfies EngineChoice[];

/**
 * The project to serve. With an image and no configuration this is init, fetch and up in one go.
 * Undefined when a dry run ends here, because the configuration would have to be written first.
 * @throws PxectlError
 */
export async function prepareUp(wish: UpWish): Promise<Project | undefined> {
  const { image, engine, output } = wish;
  if (engine !== undefined && !ENGINES.includes(engine)) {
    throw usageError({ what: `--engine ${engine}: there are ${ENGINES.join(', ')}` });
  }
  const configPath = await findConfig(wish.configPath, process.cwd());
  const isNew = configPath === undefined || (image !== undefined && !(await isConfigThere(configPath)));
  if (isNew && image !== undefined) {
    const done = await initialise({
      images: [image],
      isForced: false,
      isDryRun: wish.isDryRun,
      ...(configPath === undefined ? {} : { configPath }),
    });
    for (const line of [...done.network.found, ...done.network.assumed]) output.progress(line);
    if (wish.isDryRun) {
      output.data(`would write ${done.path}, fetch ${image} and serve it on ${done.network.address}`);
      return undefined;
    }
    output.progress(`wrote ${done.path}`);
  }
  const project = await loadProject(wish.configPath);
  if (isNew && image !== undefined) {
    await fetchForUser(
      [image],
      { mirrors: project.config.mirrors },
      { layout: project.layout, output, signal: wish.signal },
    );
  }
  return withWishes(project, image, engine as EngineChoice | undefined);
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
      next: `pxectl fetch ${image} (it adds the image), then pxectl up ${image}`,
    });
  }
  return overrideConfig(project, {
    ...(engine === undefined ? {} : { engine }),
    ...(image === undefined ? {} : { defaultImage: image }),
  });
}
