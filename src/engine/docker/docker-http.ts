import type Docker from 'dockerode';
import type { BootContext } from '../../model/boot-context.ts';
import { readTemplate } from '../../platform/packaged-files.ts';
import { renderNginxConfig } from '../../render/nginx-config.ts';
import type { EngineInput } from '../engine.ts';
import { followNginx, startOwnHttp, type HttpFront } from '../http-front.ts';
import { openInnerChannel } from '../inner-channel.ts';
import { emptyAccessLog, serverFolders, writeServerConfig } from '../server-folders.ts';
import { CONTAINER_ROOT, containerOptions, type ContainerInput } from './container-spec.ts';
import { KeptContainer } from './kept-container.ts';
import { runOnce } from './run-once.ts';

/** HTTP of the docker engine, and the container that serves it where there is one. */
export interface DockerHttp extends HttpFront {
  readonly container?: KeptContainer;
}

/** nginx in the second container where the image has it, else HTTP by pxectl. */
export async function startDockerHttp(
  docker: Docker,
  input: EngineInput,
  spec: ContainerInput,
): Promise<DockerHttp> {
  const { layout, sink } = input;
  const hasNginx = await runOnce(docker, layout, spec.image, ['nginx', '-v']);
  if (hasNginx.exitCode !== 0) return startOwnHttp(input);
  let config = await writeNginxConfig(input.context, spec);
  const follower = followNginx(input, await emptyAccessLog(serverFolders(layout).nginx, spec.nginxId));
  const behind = await openInnerChannel(input, process.geteuid?.() === 0 ? spec.nginxId : undefined);
  const container = new KeptContainer({
    docker,
    create: containerOptions('nginx', spec),
    name: 'nginx',
    sink,
    onLine: () => undefined,
  });
  const stop = async (): Promise<void> => {
    await container.stop();
    await follower.stop();
    await behind.close();
  };
  try {
    await container.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    description: `HTTP by nginx in a container on port ${spec.httpPort}`,
    died: container.died,
    container,
    stop,
    async reload(context) {
      const changed = await writeNginxConfig(context, spec);
      if (changed === config) return;
      await container.signal('SIGHUP');
      config = changed;
    },
  };
}

async function writeNginxConfig(context: BootContext, spec: ContainerInput): Promise<string> {
  const config = renderNginxConfig(context, readTemplate, {
    stateRoot: CONTAINER_ROOT,
    hasChannel: true,
    ...(spec.nginxId === 0 ? { user: 'root' } : {}),
  });
  await writeServerConfig(`${serverFolders(spec.layout).config}/nginx.conf`, config);
  return config;
}
