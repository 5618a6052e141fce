import { chown } from 'node:fs/promises';
import type Docker from 'dockerode';
import type { BootContext } from '../../model/boot-context.ts';
import { writeFileAtomic } from '../../platform/files.ts';
import { readTemplate } from '../../platform/package-root.ts';
import { renderNginxConfig } from '../../render/nginx-config.ts';
import type { EngineInput } from '../engine.ts';
import {
  followAccessLog,
  newProxySecret,
  startBehindNginx,
  startOwnHttp,
  type HttpFront,
} from '../http-front.ts';
import { CONTAINER_ROOT, containerFolders, containerOptions, type ContainerInput } from './container-spec.ts';
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
  const folders = containerFolders(layout);
  const accessLog = `${folders.nginxRun}/nginx-access.jsonl`;
  const proxySecret = newProxySecret();
  let config = await writeNginxConfig(input.context, spec, proxySecret);
  await writeFileAtomic(accessLog, '', 0o666);
  if (process.geteuid?.() === 0) await giveTo(spec.nginxUser, accessLog);
  const behind = await startBehindNginx(input, proxySecret);
  const follower = followAccessLog(input, accessLog);
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
      const changed = await writeNginxConfig(context, spec, proxySecret);
      if (changed === config) return;
      await container.signal('SIGHUP');
      config = changed;
    },
  };
}

async function writeNginxConfig(
  context: BootContext,
  spec: ContainerInput,
  proxySecret: string,
): Promise<string> {
  const config = renderNginxConfig(context, readTemplate, {
    stateRoot: CONTAINER_ROOT,
    proxySecret,
    ...(spec.nginxUser === '0:0' ? { user: 'root' } : {}),
  });
  const path = `${containerFolders(spec.layout).config}/nginx.conf`;
  await writeFileAtomic(path, config, 0o600);
  if (process.geteuid?.() === 0) await giveTo(spec.nginxUser, path);
  return config;
}

/** Makes a file that of nginx's user in the container. */
async function giveTo(user: string, path: string): Promise<void> {
  const [uid = 0] = user.split(':').map(Number);
  await chown(path, uid, uid);
}
