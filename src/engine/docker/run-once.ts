import type Docker from 'dockerode';
import type { StateLayout } from '../../model/state-layout.ts';
import { serverFolders } from '../server-folders.ts';
import { CONTAINER_ROOT, labelsOf } from './container-spec.ts';
import { dockerError, dockerWords } from './docker-errors.ts';

export interface OnceResult {
  readonly exitCode: number;
  readonly output: string;
}

/**
 * Runs one program of the image to its end, without network, the configuration folder mounted read-only. An image
 * that lacks the program gives exit code 127, as a shell would.
 * @throws PxectlError E_ENGINE_START, E_DISK_FULL when the Engine makes or starts no container
 */
export async function runOnce(
  docker: Docker,
  layout: StateLayout,
  image: string,
  command: readonly [string, ...string[]],
): Promise<OnceResult> {
  let container: Docker.Container | undefined;
  try {
    container = await docker.createContainer({
      Image: image,
      Labels: labelsOf('probe', layout),
      Entrypoint: [...command],
      Cmd: [],
      Tty: true,
      HostConfig: {
        NetworkMode: 'none',
        ReadonlyRootfs: true,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges:true'],
        Memory: 64 * 1024 * 1024,
        Tmpfs: { '/tmp': 'rw,noexec,nosuid,size=4m' },
        Binds: [`${serverFolders(layout).config}:${CONTAINER_ROOT}/config:ro`],
      },
    });
    await container.start();
    const { StatusCode } = (await container.wait()) as { StatusCode: number };
    // with a terminal the log is plain text, without the frames of two streams
    const output = await container.logs({ stdout: true, stderr: true });
    return { exitCode: StatusCode, output: output.toString('utf8').replaceAll('\r\n', '\n') };
  } catch (error) {
    const words = dockerWords(error);
    if (/executable file not found|no such file or directory/i.test(words)) {
      return { exitCode: 127, output: words };
    }
    throw dockerError(error, `${command[0]} cannot be run in a container`);
  } finally {
    await container?.remove({ force: true, v: true }).catch(() => undefined);
  }
}
