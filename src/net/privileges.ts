import { readFile } from 'node:fs/promises';
import { environmentError, type PxectlError } from '../model/errors.ts';

/** Bits of CapEff in /proc/self/status (capabilities(7)). */
const CAPABILITY_BITS = {
  CAP_NET_BIND_SERVICE: 10,
  CAP_NET_ADMIN: 12,
  CAP_NET_RAW: 13,
} as const;

export type Capability = keyof typeof CAPABILITY_BITS;

/**
 * Gives one pxectl, and no other program, the right to open the DHCP and TFTP ports: setcap on the node of the system would give
 * it to every script.
 */
const WITH_CAPABILITIES =
  'sudo setpriv --reuid $(id -u) --regid $(id -g) --init-groups' +
  ' --inh-caps +net_bind_service,+net_raw --ambient-caps +net_bind_service,+net_raw $(which pxectl) up';

/** What this process may do on the network. */
export interface Privileges {
  readonly isRoot: boolean;
  readonly capabilities: readonly Capability[];
  /** lowest port that needs no capability (net.ipv4.ip_unprivileged_port_start) */
  readonly unprivilegedPortStart: number;
}

/** The effective capabilities of this process; on systems without /proc root has all of them and others none. */
export async function readPrivileges(): Promise<Privileges> {
  const isRoot = process.geteuid?.() === 0;
  const status = await readFile('/proc/self/status', 'utf8').catch(() => undefined);
  const portStart = await readFile('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8').catch(
    () => '1024',
  );
  const names = Object.keys(CAPABILITY_BITS) as Capability[];
  return {
    isRoot,
    capabilities: status === undefined ? (isRoot ? names : []) : parseCapabilities(status),
    unprivilegedPortStart: Number(portStart.trim()),
  };
}

/** Reads the CapEff line of /proc/PID/status. */
export function parseCapabilities(status: string): readonly Capability[] {
  const mask = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/im.exec(status)?.[1] ?? '0'}`);
  const names = Object.keys(CAPABILITY_BITS) as Capability[];
  return names.filter((name) => ((mask >> BigInt(CAPABILITY_BITS[name])) & 1n) === 1n);
}

/** The capability that is missing to listen on this port, or undefined when the port may be opened. */
export function missingForPort(privileges: Privileges, port: number): Capability | undefined {
  if (port >= privileges.unprivilegedPortStart) return undefined;
  return privileges.capabilities.includes('CAP_NET_BIND_SERVICE') ? undefined : 'CAP_NET_BIND_SERVICE';
}

/** E_PRIVILEGE with the line that mends it. */
export function privilegeError(what: string, capability: Capability, cause?: unknown): PxectlError {
  return environmentError('E_PRIVILEGE', {
    what,
    why: `this process has no ${capability}`,
    next: `run pxectl with sudo; or as yourself, with two capabilities: ${WITH_CAPABILITIES}`,
    cause,
    details: { capability },
  });
}
