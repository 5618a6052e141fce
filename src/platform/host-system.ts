import { release } from 'node:os';
import { environmentError } from '../model/errors.ts';

/** What decides whether machines can be answered from a computer. */
export interface HostSystem {
  /** as `process.platform` */
  readonly platform: string;
  /** as `os.release()` */
  readonly kernel: string;
}

const NAMES: Readonly<Record<string, string>> = { darwin: 'macOS', win32: 'Windows', freebsd: 'FreeBSD' };

const thisHost = (): HostSystem => ({ platform: process.platform, kernel: release() });

/** What this computer runs where it is not Linux, and so answers no machine; undefined on a Linux. */
export function otherSystem({ platform } = thisHost()): string | undefined {
  return platform === 'linux' ? undefined : (NAMES[platform] ?? platform);
}

/**
 * Machines are answered on one interface alone and asked for by ARP, in namespaces and with capabilities: all of Linux.
 * @param what a command, `pxectl up`
 * @throws PxectlError E_HOST with what does it instead
 */
export function refuseOtherSystem(what: string, host = thisHost()): void {
  const system = otherSystem(host);
  if (system === undefined) return;
  throw environmentError('E_HOST', {
    what: `${what} works on Linux, and this is ${system}`,
    why: 'it needs the raw sockets and network namespaces of Linux',
    next: 'run pxectl, or its container, on a small Linux computer of that network; what pxectl fetch and pxectl export compose make here can be copied there',
    details: { system },
  });
}

/** What hinders a Linux inside of Windows from hearing machines; undefined on any other. */
export function whyBehindWindows({ platform, kernel } = thisHost()): string | undefined {
  // Microsoft's kernels of WSL 1 and 2: 4.4.0-19041-Microsoft, 5.15.167.4-microsoft-standard-WSL2
  if (platform !== 'linux' || !/microsoft/i.test(kernel)) return undefined;
  return 'this is WSL, behind Windows: what machines broadcast does not reach it unless .wslconfig gives it the network of Windows (networkingMode=mirrored) and the firewall there lets it in; a small Linux computer of that network hears them';
}
