import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { pack } from 'tar-stream';
import type { Config } from '../../model/config.ts';
import { engineError, type PxectlError } from '../../model/errors.ts';
import { readTemplate } from '../../platform/packaged-files.ts';
import { findProgram } from '../../platform/processes.ts';
import { IMAGE_LABEL, renderDockerfile } from '../../render/dockerfile.ts';
import { dockerError, dockerWords, isNotFound } from './docker-errors.ts';
import { readDockerStream } from './docker-stream.ts';
import { contentTag, hostFiles, packHostFiles } from './host-files.ts';

export interface ImageProgress {
  /** one line at a time, as the Engine writes it */
  readonly onLine: (line: string) => void;
  readonly onWarning: (line: string) => void;
}

const FROM_HOST_NAME = 'pxectl/dnsmasq-from-host';

/**
 * The name of the image to run: the configured one (pulled if need be), one made from this machine's programs, or
 * one built from templates/docker/Dockerfile. An image that is there already is not made again.
 * @throws PxectlError E_IMAGE_BUILD with the Engine's words, E_DISK_FULL
 */
export async function ensureImage(docker: Docker, config: Config, progress: ImageProgress): Promise<string> {
  const { image, buildFromHost } = config.engineOptions.docker;
  if (image !== undefined) return ensurePulled(docker, image, progress);
  if (buildFromHost) return ensureFromHost(docker, progress);
  try {
    return await ensureBuilt(docker, progress);
  } catch (error) {
    // without a registry the base image cannot be had; this machine's own programs serve as well
    if (!isRegistryProblem(error) || (await findProgram('dnsmasq')) === undefined) throw error;
    progress.onWarning(
      `the base image cannot be pulled (${(error as PxectlError).why ?? 'no registry'}): the image is made from this machine's own dnsmasq`,
    );
    return ensureFromHost(docker, progress);
  }
}

/** Builds the image of templates/docker/Dockerfile unless it is there; `make dnsmasq` does the same. */
export async function ensureBuilt(docker: Docker, progress: ImageProgress): Promise<string> {
  const { content, imageName: name } = renderDockerfile(readTemplate);
  if (await isThere(docker, name)) return name;
  const context = pack();
  context.entry({ name: 'Dockerfile' }, content);
  context.finalize();
  try {
    const stream = await docker.buildImage(Readable.from(context), {
      t: name,
      networkmode: 'host',
      rm: true,
    });
    await readDockerStream(stream, progress.onLine);
  } catch (error) {
    throw buildError(error, 'the image for dnsmasq cannot be built');
  }
  return name;
}

/** Makes an image of this machine's own dnsmasq and nginx with their libraries, unless it is there. */
export async function ensureFromHost(docker: Docker, progress: ImageProgress): Promise<string> {
  const files = await hostFiles();
  const tag = await contentTag(files);
  const name = `${FROM_HOST_NAME}:${tag}`;
  if (await isThere(docker, name)) return name;
  progress.onLine(`making ${name} from ${files.length} files of this machine`);
  try {
    const stream = await docker.importImage(Readable.from(packHostFiles(files)), {
      repo: FROM_HOST_NAME,
      tag,
      changes: [
        'ENV PATH=/usr/sbin:/usr/bin:/sbin:/bin',
        `LABEL ${IMAGE_LABEL}=from-host`,
        'ENTRYPOINT ["dnsmasq", "--keep-in-foreground"]',
      ],
    });
    await readDockerStream(stream, progress.onLine);
  } catch (error) {
    throw buildError(error, "the image cannot be made from this machine's programs");
  }
  return name;
}

async function ensurePulled(docker: Docker, name: string, progress: ImageProgress): Promise<string> {
  if (await isThere(docker, name)) return name;
  try {
    await readDockerStream(await docker.pull(name), progress.onLine);
  } catch (error) {
    throw buildError(error, `the image ${name} (engineOptions.docker.image) cannot be pulled`);
  }
  return name;
}

async function isThere(docker: Docker, name: string): Promise<boolean> {
  try {
    await docker.getImage(name).inspect();
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw dockerError(error, 'the Docker Engine does not tell its images');
  }
}

function buildError(error: unknown, what: string): PxectlError {
  const why = dockerWords(error);
  if (/no space left on device/i.test(why)) return dockerError(error, what);
  return engineError('E_IMAGE_BUILD', {
    what,
    why,
    next: isRegistryText(why)
      ? 'no registry can be reached: set engineOptions.docker.buildFromHost: true, or engineOptions.docker.image to an image that is here'
      : 'pxectl up --engine dnsmasq or --engine builtin do without Docker',
    cause: error,
  });
}

function isRegistryProblem(error: unknown): boolean {
  return isRegistryText((error as { why?: string }).why ?? '');
}

function isRegistryText(words: string): boolean {
  return /registry|lookup |dial tcp|TLS|proxyconnect|manifest unknown|not found: manifest|timeout|network is unreachable|i\/o timeout|no such host|connection refused|Temporary failure resolving/i.test(
    words,
  );
}
