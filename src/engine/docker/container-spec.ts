import { createHash } from 'node:crypto';
import type { ContainerCreateOptions } from 'dockerode';
import type { StateLayout } from '../../model/state-layout.ts';
import { NGINX_MEMORY_BYTES, NGINX_WORKER_DATA_BYTES } from '../../render/nginx-config.ts';
import { serverFolders } from '../server-folders.ts';

/** Label whose value names the state folder that a container or image belongs to. */
export const PROJECT_LABEL = 'org.pxectl.project';
export const ROLE_LABEL = 'org.pxectl.role';

export type ContainerRole = 'dnsmasq' | 'nginx' | 'probe';

/** The state folder as the containers see it: the same configuration works whatever the real path is. */
export const CONTAINER_ROOT = '/pxectl';

const MIB = 1024 * 1024;
/** dnsmasq holds a few MiB; transfers are read block by block */
const DNSMASQ_MEMORY_BYTES = 64 * MIB;
const MAX_RESTARTS_WITHOUT_US = 10;

/** The value of the project label: stable for a state folder, and tells nothing of its path. */
export function projectId(layout: Pick<StateLayout, 'root'>): string {
  return createHash('sha256').update(layout.root).digest('hex').slice(0, 16);
}

export interface ContainerInput {
  readonly layout: StateLayout;
  readonly image: string;
  readonly httpPort: number;
  /** number of the user and the group that nginx runs as, and may read the serve folder as */
  readonly nginxId: number;
  /** user that dnsmasq drops to */
  readonly dnsmasqUser: 'nobody' | 'root';
  /** the channel to pxectl belongs to another user than the root that opens a low port */
  readonly needsWriteCapability: boolean;
  /** the serve folder is closed to others: dnsmasq as root without this capability could not read it */
  readonly needsReadCapability: boolean;
}

/** How the container of this role is made. Everything not named here stays the Engine's default. */
export function containerOptions(role: 'dnsmasq' | 'nginx', input: ContainerInput): ContainerCreateOptions {
  const { layout } = input;
  const folders = serverFolders(layout);
  const isDnsmasq = role === 'dnsmasq';
  return {
    name: containerName(role, layout),
    Image: input.image,
    Labels: labelsOf(role, layout),
    // nginx names the channel to pxectl from where it is started
    ...(isDnsmasq ? {} : { User: `${input.nginxId}:${input.nginxId}`, WorkingDir: `${CONTAINER_ROOT}/run` }),
    Entrypoint: isDnsmasq
      ? [
          'dnsmasq',
          '--keep-in-foreground',
          `--conf-file=${CONTAINER_ROOT}/config/dnsmasq.conf`,
          '--pid-file=',
        ]
      : ['nginx', '-e', 'stderr', '-c', `${CONTAINER_ROOT}/config/nginx.conf`, '-g', 'daemon off;'],
    Cmd: [],
    StopTimeout: 5,
    Healthcheck: {
      Test: [
        'CMD',
        '/bin/sh',
        '-c',
        listensScript(isDnsmasq ? 'udp' : 'tcp', isDnsmasq ? 67 : input.httpPort),
      ],
      Interval: 10_000_000_000,
      Timeout: 3_000_000_000,
      Retries: 3,
      StartPeriod: 3_000_000_000,
    },
    HostConfig: {
      // broadcasts of clients reach no other kind of network
      NetworkMode: 'host',
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      CapAdd: isDnsmasq ? dnsmasqCapabilities(input) : nginxCapabilities(input),
      SecurityOpt: ['no-new-privileges:true'],
      Memory: isDnsmasq ? DNSMASQ_MEMORY_BYTES : NGINX_MEMORY_BYTES,
      Ulimits: isDnsmasq
        ? []
        : [{ Name: 'data', Soft: NGINX_WORKER_DATA_BYTES, Hard: NGINX_WORKER_DATA_BYTES }],
      PidsLimit: 64,
      // pxectl restarts it while it runs itself; this is for the time when pxectl was killed
      RestartPolicy: { Name: 'on-failure', MaximumRetryCount: MAX_RESTARTS_WITHOUT_US },
      LogConfig: { Type: 'json-file', Config: { 'max-size': '8m', 'max-file': '2' } },
      Tmpfs: { '/tmp': 'rw,noexec,nosuid,size=16m' },
      Binds: [
        `${folders.config}:${CONTAINER_ROOT}/config:ro`,
        ...(isDnsmasq
          ? [
              `${layout.tftpRoot}:${CONTAINER_ROOT}/serve/tftp:ro`,
              `${folders.dnsmasq}:${CONTAINER_ROOT}/run/dnsmasq:rw`,
            ]
          : [
              `${layout.httpRoot}:${CONTAINER_ROOT}/serve/http:ro`,
              `${folders.nginx}:${CONTAINER_ROOT}/run/nginx:rw`,
              `${folders.channel}:${CONTAINER_ROOT}/run/channel:ro`,
            ]),
      ],
    },
  };
}

/** Labels by which a container is known as ours. */
export function labelsOf(role: ContainerRole, layout: Pick<StateLayout, 'root'>): Record<string, string> {
  return { [PROJECT_LABEL]: projectId(layout), [ROLE_LABEL]: role };
}

/** `pxectl-1a2b3c4d-dnsmasq`. */
export function containerName(role: ContainerRole, layout: Pick<StateLayout, 'root'>): string {
  return `pxectl-${projectId(layout).slice(0, 8)}-${role}`;
}

/** dnsmasq asks for the first three itself and ends without them (2.81 and later); the others are to drop its user. */
function dnsmasqCapabilities(input: ContainerInput): string[] {
  const capabilities = ['NET_ADMIN', 'NET_RAW', 'NET_BIND_SERVICE', 'SETGID', 'SETUID'];
  return input.needsReadCapability ? [...capabilities, 'DAC_READ_SEARCH'] : capabilities;
}

/** A port below 1024 needs a root that may then become the workers' user; else nginx needs nothing at all. */
function nginxCapabilities(input: ContainerInput): string[] {
  if (input.httpPort >= 1024) return [];
  return ['NET_BIND_SERVICE', 'SETUID', 'SETGID', ...(input.needsWriteCapability ? ['DAC_OVERRIDE'] : [])];
}

/** Succeeds when a socket of this host listens on the port: with nothing but a shell, as the smallest image has. */
function listensScript(protocol: 'udp' | 'tcp', port: number): string {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const pattern = protocol === 'udp' ? `*:${hex}\\ *` : `*:${hex}\\ *\\ 0A\\ *`;
  return `while read -r line; do case "$line" in ${pattern}) exit 0;; esac; done < /proc/net/${protocol}; exit 1`;
}
