import type { EndpointCandidate } from './docker-endpoint.ts';

/** What an Engine says about itself in /info and /version. */
export interface DockerFacts {
  readonly serverVersion: string;
  readonly apiVersion: string;
  readonly operatingSystem: string;
  readonly osType: string;
  readonly kernelVersion: string;
  readonly securityOptions: readonly string[];
  /** names of the components: Podman lists itself here */
  readonly components: readonly string[];
}

/** Container log options, `CgroupnsMode` and what else is used here are there since 1.40 (Docker 19.03). */
const OLDEST_API = '1.40';

/**
 * Why this Engine cannot serve PXE, in one line; undefined when it can. DHCP clients broadcast: only a container in
 * the network of a Linux host on the same LAN hears them.
 */
export function whyCannotHearBroadcasts(facts: DockerFacts, endpoint: EndpointCandidate): string | undefined {
  if (/docker desktop/i.test(facts.operatingSystem)) {
    return 'Docker Desktop runs containers in a virtual machine of its own: DHCP broadcasts of the LAN never reach it';
  }
  if (/microsoft|linuxkit|WSL/i.test(facts.kernelVersion)) {
    return `this Docker Engine runs in a virtual machine (kernel ${facts.kernelVersion}): DHCP broadcasts of the LAN never reach it`;
  }
  if (facts.securityOptions.some((option) => /name=rootless|rootless=true/.test(option))) {
    return "this Docker Engine is rootless: it may not open ports 67 and 69, and its network is not the host's";
  }
  if (facts.osType !== '' && facts.osType !== 'linux') {
    return `this Docker Engine runs ${facts.osType} containers`;
  }
  if (isElsewhere(endpoint.url)) {
    return `this Docker Engine runs on another machine (${endpoint.url}): it would serve the network there`;
  }
  if (versionNumber(facts.apiVersion) < versionNumber(OLDEST_API)) {
    return `this Docker Engine is too old (API ${facts.apiVersion}; ${OLDEST_API} is the oldest that works)`;
  }
  return undefined;
}

function isElsewhere(url: string): boolean {
  const host = /^(?:tcp|http):\/\/([^/:]+|\[[^\]]+\])/.exec(url)?.[1];
  return host !== undefined && host !== 'localhost' && host !== '[::1]' && !host.startsWith('127.');
}

function versionNumber(version: string): number {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major * 1000 + minor;
}
