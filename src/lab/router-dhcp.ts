import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { environmentError } from '../model/errors.ts';
import type { LongRunning } from '../platform/long-running.ts';

/** How the LAN's router differs from a plain one. */
export interface RouterOptions {
  /** more dnsmasq arguments, for example `--dhcp-option=66,192.168.1.9` for a router that meddles */
  readonly extraArguments?: readonly string[];
}

/** What the router's DHCP server needs of the LAN. */
export interface RouterHost {
  /** where its log and leases go */
  readonly folder: string;
  /** starts a program inside the router's namespace */
  start(file: string, args: readonly string[]): Promise<LongRunning>;
}

/** Names of the router's files in the lab folder. */
export const ROUTER_FILES = { log: 'router.log', leases: 'router.leases', pid: 'router.pid' } as const;

/**
 * Starts a real DHCP server that knows nothing of PXE in the router namespace: 192.168.1.2 to .49, one hour.
 * @throws PxectlError E_LAB when it ends at once
 */
export async function startRouterDhcp(host: RouterHost, options: RouterOptions): Promise<LongRunning> {
  const file = (name: string): string => join(host.folder, name);
  await writeFile(file(ROUTER_FILES.log), '');
  const router = await host.start('dnsmasq', [
    '--keep-in-foreground',
    '--conf-file=/dev/null',
    '--user=root',
    '--port=0',
    '--interface=eth0',
    '--bind-interfaces',
    '--dhcp-range=192.168.1.2,192.168.1.49,1h',
    '--dhcp-authoritative',
    // as home routers do; without a name server the Debian installer stops and asks for one
    '--dhcp-option=option:dns-server,192.168.1.1',
    // a home router pings nothing first; the wait would cost every boot three seconds
    '--no-ping',
    '--log-dhcp',
    `--log-facility=${file(ROUTER_FILES.log)}`,
    `--dhcp-leasefile=${file(ROUTER_FILES.leases)}`,
    `--pid-file=${file(ROUTER_FILES.pid)}`,
    ...(options.extraArguments ?? []),
  ]);
  const words: string[] = [];
  router.onLine((line) => words.push(line));
  const endedEarly = await Promise.race([
    router.ended.then(({ exitCode }) => exitCode ?? -1),
    waitForLeaseServer(host.folder),
  ]);
  if (endedEarly !== undefined) {
    throw environmentError('E_LAB', {
      what: `the router's DHCP server (dnsmasq) ended at once with exit code ${endedEarly}`,
      why: words.slice(-2).join(' | '),
    });
  }
  return router;
}

/** Resolves with undefined once dnsmasq has written its pid file, which it does after binding port 67. */
async function waitForLeaseServer(folder: string): Promise<undefined> {
  const { access } = await import('node:fs/promises');
  for (;;) {
    try {
      await access(join(folder, ROUTER_FILES.pid));
      return undefined;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
