import { chmod, rm, stat } from 'node:fs/promises';
import type Docker from 'dockerode';
import type { BootContext } from '../../model/boot-context.ts';
import { engineError, environmentError, PxectlError } from '../../model/errors.ts';
import type { StateLayout } from '../../model/state-layout.ts';
import { readTextIfThere, writeFileAtomic } from '../../platform/files.ts';
import { readTemplate } from '../../platform/packaged-files.ts';
import { renderDnsmasqConfig } from '../../render/dnsmasq-config.ts';
import { readVersionText, whyUnsuitable } from '../dnsmasq/dnsmasq-program.ts';
import { refuseSecondAddress, whyNotFirstAddress } from '../dnsmasq/first-address.ts';
import { rememberOffers } from '../dnsmasq/remembered-offers.ts';
import { createLogToEvents } from '../dnsmasq-log/log-to-events.ts';
import type { Engine, EngineInput, RunningEngine } from '../engine.ts';
import { refuseTakenPorts } from '../free-ports.ts';
import { waitForTransfers } from '../running-transfers.ts';
import {
  giveLeaseFolder,
  giveWorkFolder,
  openConfigFolder,
  serverFolders,
  writeServerConfig,
} from '../server-folders.ts';
import { servingId } from '../serving-id.ts';
import { findContainerProcesses, type ContainerProcess } from './container-processes.ts';
import {
  CONTAINER_ROOT,
  containerOptions,
  PROJECT_LABEL,
  projectId,
  type ContainerInput,
} from './container-spec.ts';
import { connectionOf, findDocker, type EndpointCandidate, type FoundDocker } from './docker-endpoint.ts';
import { dockerError } from './docker-errors.ts';
import { transfersBesideDnsmasq } from '../http-front.ts';
import { startDockerHttp } from './docker-http.ts';
import { ensureImage } from './docker-image.ts';
import { whyCannotHearBroadcasts, type DockerFacts } from './docker-suitability.ts';
import { watchEngine } from './engine-events.ts';
import { KeptContainer } from './kept-container.ts';
import { runOnce } from './run-once.ts';
import { listensInOurNetwork } from './socket-network.ts';

const OFFERS = 'dnsmasq.offers';
const MAX_RELOAD_WAIT_MS = 120_000;
const OTHERS_MAY_READ = 0o005;

/** dnsmasq and nginx in two containers on the host's network. */
export const dockerEngine: Engine = { name: 'docker', whyUnavailable, start };

async function whyUnavailable({ context }: EngineInput): Promise<string | undefined> {
  try {
    await findSuitableDocker();
    return await whyNotFirstAddress(context.config.network);
  } catch (error) {
    if (!(error instanceof PxectlError)) throw error;
    return error.code === 'E_DOCKER_UNSUITABLE' ? (error.why ?? error.message) : error.message;
  }
}

/**
 * The Docker Engine of this machine, if it can serve PXE.
 * @throws PxectlError E_DOCKER_UNREACHABLE, E_DOCKER_UNSUITABLE with the reason
 */
export async function findSuitableDocker(): Promise<{ docker: Docker; facts: DockerFacts }> {
  const { docker, endpoint } = await findDocker();
  const facts = await factsOf(docker);
  const reason = whyCannotHearBroadcasts(facts, endpoint) ?? (await whyInAnotherNetwork(endpoint));
  if (reason === undefined) return { docker, facts };
  throw environmentError('E_DOCKER_UNSUITABLE', {
    what: 'this Docker Engine cannot serve PXE',
    why: reason,
    next: 'pxectl up --engine builtin serves without Docker',
    details: { endpoint: endpoint.url },
  });
}

async function whyInAnotherNetwork({ url }: EndpointCandidate): Promise<string | undefined> {
  const connection = connectionOf(url);
  if (!('socketPath' in connection) || (await listensInOurNetwork(connection.socketPath))) return undefined;
  return 'this Docker Engine runs in another network namespace: its containers would serve that network, not this one';
}

async function factsOf(docker: Docker): Promise<DockerFacts> {
  try {
    const info = (await docker.info()) as Record<string, unknown>;
    const version = await docker.version();
    const securityOptions = info['SecurityOptions'];
    return {
      serverVersion: version.Version,
      apiVersion: version.ApiVersion,
      operatingSystem: textOf(info['OperatingSystem']),
      osType: textOf(info['OSType']),
      kernelVersion: textOf(info['KernelVersion']),
      securityOptions: Array.isArray(securityOptions) ? securityOptions.map(String) : [],
      components: (version.Components ?? []).map((component) => component.Name),
    };
  } catch (error) {
    throw dockerError(error, 'the Docker Engine does not tell what it is');
  }
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

async function start(input: EngineInput): Promise<RunningEngine> {
  const { layout, sink } = input;
  const { docker, facts } = await findSuitableDocker();
  await refuseSecondAddress(input.context.config.network);
  await removeContainers(docker, layout);
  await refuseTakenPorts(input.context.config);
  const warn = (message: string): void =>
    sink.emit({ type: 'engine.warning', detail: { reason: 'image', message } });
  const image = await ensureImage(docker, input.context.config, {
    onLine: (message) => sink.emit({ type: 'engine.starting', detail: { engine: 'docker', message } }),
    onWarning: warn,
  });
  const spec = await prepareFolders(input, image);
  await writeFileAtomic(containerMark(layout), '');
  const version = await checkedVersion(docker, layout, image);
  const offers = await rememberOffers({
    context: input.context,
    leaseFile: `${serverFolders(layout).dnsmasq}/dnsmasq.leases`,
    offersFile: `${serverFolders(layout).config}/${OFFERS}`,
    sink,
  });
  let config = await writeDnsmasqConfig(input.context, spec, version);
  await testConfiguration(docker, layout, image);

  const closers: (() => void | Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    const log = createLogToEvents({
      sink,
      tftpRoot: layout.tftpRoot,
      loggedTftpRoot: `${CONTAINER_ROOT}/serve/tftp`,
      resolveMac: input.macOf,
      ownAddress: input.context.config.network.address,
    });
    closers.push(() => log.close());
    closers.push(() => removeContainers(docker, layout));
    const http = await startDockerHttp(docker, input, spec);
    closers.push(() => http.stop());
    const dnsmasq = new KeptContainer({
      docker,
      create: containerOptions('dnsmasq', spec),
      name: 'dnsmasq',
      sink,
      onLine: (line, time) => {
        offers?.takeLine(line);
        log.push(line, time);
      },
      isReady: (line) => line.includes('TFTP root is'),
    });
    closers.push(() => dnsmasq.stop());
    closers.push(() => offers?.close());
    const watch = await watchEngine({
      docker,
      projectId: projectId(layout),
      onEvent: (event) => {
        if (event.role === 'dnsmasq') dnsmasq.onEvent(event);
        if (event.role === 'nginx') http.container?.onEvent(event);
      },
      onLost: (message) => sink.emit({ type: 'engine.warning', detail: { reason: 'engine-lost', message } }),
      onReconnect: () => {
        void dnsmasq.check().catch(() => undefined);
        void http.container?.check().catch(() => undefined);
      },
    });
    closers.push(() => watch.stop());
    await dnsmasq.start();
    offers?.serve(() => dnsmasq.signal('SIGHUP'));

    const { network } = input.context.config;
    return {
      name: 'docker',
      description: `dnsmasq ${version} in a container (Docker ${facts.serverVersion}) as ${network.mode === 'proxy' ? 'proxyDHCP' : 'DHCP'} and TFTP on ${network.address} (${network.interface}), ${http.description}`,
      died: Promise.race([dnsmasq.died, http.died, watch.lost]),
      lastLines: (count) => log.lastLines(count),
      ...transfersBesideDnsmasq(http),
      async reload(context) {
        const changed = await writeDnsmasqConfig(context, spec, version);
        if (changed !== config) {
          await testConfiguration(docker, layout, image);
          await waitUntilIdle(dnsmasq, layout, warn);
          await offers?.reload(context);
          await dnsmasq.restart();
          config = changed;
        }
        await http.reload(context);
      },
      rebind: () => dnsmasq.restart(),
      stop,
    };
  } catch (error) {
    // the first error says why; that there is no Engine to clean up with says nothing more
    await stop().catch(() => undefined);
    throw error;
  }
}

async function waitUntilIdle(
  dnsmasq: KeptContainer,
  layout: StateLayout,
  warn: (message: string) => void,
): Promise<void> {
  const pid = await dnsmasq.hostPid();
  // the paths of its open files are those inside the container, or this machine's where mounts are followed
  const left = Math.max(
    await waitForTransfers(() => pid, `${CONTAINER_ROOT}/serve/tftp`, MAX_RELOAD_WAIT_MS),
    await waitForTransfers(() => pid, layout.tftpRoot, MAX_RELOAD_WAIT_MS),
  );
  if (left > 0) warn(`${left} TFTP transfers still ran and were ended for the new configuration`);
}

/** Removes every container of this state folder, and no other. Returns one line for each. */
export async function removeContainers(docker: Docker, layout: StateLayout): Promise<string[]> {
  try {
    const found = await docker.listContainers({
      all: true,
      filters: { label: [`${PROJECT_LABEL}=${projectId(layout)}`] },
    });
    for (const { Id } of found) await docker.getContainer(Id).remove({ force: true, v: true });
    await rm(containerMark(layout), { force: true });
    return found.map(({ Names, Id }) => `removed container ${nameOf(Names, Id)}`);
  } catch (error) {
    throw dockerError(error, 'containers of an earlier run cannot be removed');
  }
}

/**
 * As `removeContainers`, when an Engine answers; without one nothing is removed, and what runs of ours is an error.
 * @throws PxectlError E_DOCKER_UNREACHABLE when containers go on serving, and no Engine can be asked to end them
 */
export async function removeDockerLeftovers(layout: StateLayout): Promise<string[]> {
  let found: FoundDocker;
  try {
    found = await findDocker();
  } catch (error) {
    const running = await findContainerProcesses(layout);
    if (running.length === 0) {
      const isMarked = (await readTextIfThere(containerMark(layout))) !== undefined;
      return isMarked
        ? ['no Docker Engine answers: with it its containers may come back (pxectl down then)']
        : [];
    }
    throw environmentError('E_DOCKER_UNREACHABLE', {
      what: `containers of pxectl go on answering machines: ${running.map(describeProcess).join(', ')}`,
      why: `only the Docker Engine can end them for good, and it does not answer\n${error instanceof PxectlError ? (error.why ?? '') : ''}`,
      next: `sudo systemctl start docker, then pxectl down; to silence them until then: sudo kill ${running.map(({ pid }) => pid).join(' ')}`,
      cause: error,
      details: { running },
    });
  }
  return removeContainers(found.docker, layout);
}

/** What runs of our containers: as the Engine tells, else as this machine's processes show. */
export async function findDockerLeftovers(layout: StateLayout): Promise<string[]> {
  const found = await findDocker().catch(() => undefined);
  if (found === undefined) return (await findContainerProcesses(layout)).map(describeProcess);
  const running = await found.docker.listContainers({
    filters: { label: [`${PROJECT_LABEL}=${projectId(layout)}`] },
  });
  return running.map(({ Names, Id }) => `container ${nameOf(Names, Id)}`);
}

/** There while containers may exist that nobody has removed. */
const containerMark = (layout: StateLayout): string => `${layout.run}/docker/containers-made`;

const describeProcess = ({ name, pid }: ContainerProcess): string => `${name} in a container (pid ${pid})`;

const nameOf = (names: readonly string[], id: string): string =>
  names[0]?.replace(/^\//, '') ?? id.slice(0, 12);

async function prepareFolders(input: EngineInput, image: string): Promise<ContainerInput> {
  const { layout, context } = input;
  const folders = serverFolders(layout);
  const isRoot = process.geteuid?.() === 0;
  const serve = await stat(layout.httpRoot);
  const isOpen = (serve.mode & OTHERS_MAY_READ) === OTHERS_MAY_READ;
  const httpPort = context.config.http.port;
  // only root opens a low port; who is not root can share the channel with himself alone; a closed folder is read by its owner
  const nginxId = httpPort < 1024 ? 0 : !isRoot ? serve.uid : isOpen ? await servingId() : serve.uid;
  await openConfigFolder(folders.config);
  await giveWorkFolder(folders.nginx, nginxId);
  await giveLeaseFolder(folders.dnsmasq, undefined);
  // root in the container may not write where only another user may: the lease file is its only one
  if (!isRoot) await chmod(folders.dnsmasq, 0o777);
  return {
    layout,
    image,
    httpPort,
    nginxId,
    dnsmasqUser: isOpen ? 'nobody' : 'root',
    needsReadCapability: !isOpen && serve.uid !== 0,
    needsWriteCapability: !isRoot,
  };
}

/** @throws PxectlError E_ENGINE_VERSION for an image without dnsmasq or with one that cannot serve PXE */
async function checkedVersion(docker: Docker, layout: StateLayout, image: string): Promise<string> {
  const result = await runOnce(docker, layout, image, ['dnsmasq', '--version']);
  const program = readVersionText('dnsmasq', result.output);
  const unsuitable = program === undefined ? 'there is no dnsmasq in it' : whyUnsuitable(program);
  if (program !== undefined && unsuitable === undefined) return program.version;
  throw engineError('E_ENGINE_VERSION', {
    what: `the image ${image} cannot be used`,
    why: unsuitable ?? result.output,
    next: 'set engineOptions.docker.image to another one, or leave it out',
  });
}

async function writeDnsmasqConfig(
  context: BootContext,
  spec: ContainerInput,
  version: string,
): Promise<string> {
  const config = renderDnsmasqConfig(context, readTemplate, {
    stateRoot: CONTAINER_ROOT,
    version,
    user: spec.dnsmasqUser,
    offersFile: `${CONTAINER_ROOT}/config/${OFFERS}`,
  });
  await writeServerConfig(`${serverFolders(spec.layout).config}/dnsmasq.conf`, config);
  return config;
}

/** @throws PxectlError E_ENGINE_START with dnsmasq's words and the line it means */
async function testConfiguration(docker: Docker, layout: StateLayout, image: string): Promise<void> {
  const path = `${CONTAINER_ROOT}/config/dnsmasq.conf`;
  const result = await runOnce(docker, layout, image, ['dnsmasq', '--test', `--conf-file=${path}`]);
  if (result.exitCode === 0) return;
  throw engineError('E_ENGINE_START', {
    what: 'dnsmasq in the container refuses its configuration',
    why: result.output.trim().replace(/^dnsmasq: /, ''),
    next: `the file is ${serverFolders(layout).config}/dnsmasq.conf`,
  });
}
