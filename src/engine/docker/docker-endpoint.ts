import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type Docker from 'dockerode';
import { environmentError, messageOf, systemCodeOf } from '../../model/errors.ts';
import { readTextIfThere } from '../../platform/files.ts';
import { installHint } from '../../platform/install-hint.ts';

/** A place where a Docker Engine may answer, and where we know it from. */
export interface EndpointCandidate {
  readonly from: string;
  /** `unix:///var/run/docker.sock` or `tcp://host:port` */
  readonly url: string;
}

export interface EndpointAttempt extends EndpointCandidate {
  /** why it did not answer */
  readonly failure: string;
}

export interface FoundDocker {
  readonly docker: Docker;
  readonly endpoint: EndpointCandidate;
}

const PING_TIMEOUT_MS = 3_000;

/**
 * The first Docker Engine that answers: DOCKER_HOST alone if it is set, else the current context, the system's socket,
 * the user's (rootless) one, and Podman's.
 * @throws PxectlError E_DOCKER_UNREACHABLE that lists each place and why it failed
 */
export async function findDocker(environment: NodeJS.ProcessEnv = process.env): Promise<FoundDocker> {
  const attempts: EndpointAttempt[] = [];
  for (const candidate of await endpointCandidates(environment)) {
    try {
      const docker = await connect(candidate.url);
      return { docker, endpoint: candidate };
    } catch (error) {
      attempts.push({ ...candidate, failure: whyNot(error) });
    }
  }
  throw unreachable(attempts);
}

/** Every place to look, best first, each socket once. */
export async function endpointCandidates(environment: NodeJS.ProcessEnv): Promise<EndpointCandidate[]> {
  const host = environment['DOCKER_HOST'];
  // whoever sets it means that one and no other
  if (host !== undefined && host !== '') return [{ from: 'DOCKER_HOST', url: host }];
  const home = environment['HOME'] ?? homedir();
  const runtime = environment['XDG_RUNTIME_DIR'];
  const context = await contextEndpoint(environment['DOCKER_CONTEXT'], join(home, '.docker'));
  const candidates: EndpointCandidate[] = [
    ...(context === undefined ? [] : [context]),
    { from: 'the system service', url: 'unix:///var/run/docker.sock' },
    ...(runtime === undefined
      ? []
      : [{ from: 'the rootless service', url: `unix://${runtime}/docker.sock` }]),
    { from: 'Podman', url: 'unix:///run/podman/podman.sock' },
    ...(runtime === undefined
      ? []
      : [{ from: "the user's Podman", url: `unix://${runtime}/podman/podman.sock` }]),
  ];
  return candidates.filter((one, index) => candidates.findIndex((other) => other.url === one.url) === index);
}

/** The endpoint of the current `docker context`, kept below ~/.docker/contexts under the name's SHA-256. */
async function contextEndpoint(
  chosen: string | undefined,
  folder: string,
): Promise<EndpointCandidate | undefined> {
  const name = chosen ?? stringAt(await readJson(join(folder, 'config.json')), ['currentContext']);
  if (name === undefined || name === 'default') return undefined;
  const id = createHash('sha256').update(name).digest('hex');
  const meta = await readJson(join(folder, 'contexts', 'meta', id, 'meta.json'));
  const url = stringAt(meta, ['Endpoints', 'docker', 'Host']);
  return url === undefined ? undefined : { from: `docker context ${name}`, url };
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse((await readTextIfThere(path)) ?? 'null') as unknown;
  } catch {
    return undefined;
  }
}

function stringAt(value: unknown, keys: readonly string[]): string | undefined {
  let current = value;
  for (const key of keys) current = (current as Record<string, unknown> | null | undefined)?.[key];
  return typeof current === 'string' && current !== '' ? current : undefined;
}

async function connect(url: string): Promise<Docker> {
  const { default: Dockerode } = await import('dockerode');
  const docker = new Dockerode(connectionOf(url));
  // a hanging daemon must not hang pxectl
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`no answer within ${PING_TIMEOUT_MS} ms`)), PING_TIMEOUT_MS).unref();
  });
  await Promise.race([docker.ping(), late]);
  return docker;
}

/** What dockerode connects with. @throws Error for a scheme that is not ours to speak */
export function connectionOf(url: string): { socketPath: string } | { host: string; port: number } {
  if (url.startsWith('unix://')) return { socketPath: url.slice('unix://'.length) };
  if (url.startsWith('/')) return { socketPath: url };
  const tcp = /^(?:tcp|http):\/\/([^/:]+|\[[^\]]+\])(?::(\d+))?\/?$/.exec(url);
  if (tcp) return { host: tcp[1] ?? '', port: Number(tcp[2] ?? 2375) };
  throw new Error(`pxectl speaks to unix:// and tcp:// endpoints, not to ${url.split(':')[0] ?? url}:`);
}

function whyNot(error: unknown): string {
  switch (systemCodeOf(error)) {
    case 'ENOENT':
      return 'there is no such socket';
    case 'EACCES':
      return 'permission denied: run pxectl as root, or join the docker group (sudo usermod -aG docker $USER)';
    case 'ECONNREFUSED':
      return 'nobody listens there: is the service running? (sudo systemctl start docker)';
    default:
      return messageOf(error);
  }
}

function unreachable(attempts: readonly EndpointAttempt[]): Error {
  const denied = attempts.find((attempt) => attempt.failure.startsWith('permission denied'));
  return environmentError('E_DOCKER_UNREACHABLE', {
    what: denied
      ? `not allowed to speak to the Docker Engine at ${denied.url}`
      : 'no Docker Engine answers on this machine',
    why: attempts.map(({ from, url, failure }) => `${url} (${from}): ${failure}`).join('\n'),
    next: denied
      ? 'run pxectl with sudo'
      : `${installHint(['docker'])}, or use another engine: pxectl up --engine auto`,
    details: { attempts },
  });
}
