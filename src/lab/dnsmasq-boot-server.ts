import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { environmentError } from '../model/errors.ts';
import type { LongRunning } from '../platform/processes.ts';
import { LAN, type VirtualLan } from './virtual-lan.ts';

export interface DnsmasqBootServerOptions {
  /** a dnsmasq.conf, anyone's */
  readonly config: string;
  /** more arguments; they win over the file */
  readonly extraArguments?: readonly string[];
  /** folder that busybox httpd serves on port 8080; none when absent */
  readonly httpRoot?: string;
}

/** A boot server that is not pxectl: a plain dnsmasq, and a plain web server beside it. */
export interface DnsmasqBootServer {
  readonly logFile: string;
  stop(): Promise<void>;
}

/**
 * Starts dnsmasq with somebody's configuration as the LAN's boot server. Its log goes to `dnsmasq.log` in the lab
 * folder, in the form that a user copies out of a terminal.
 * @throws PxectlError E_LAB with dnsmasq's own words when it refuses the configuration
 */
export async function startDnsmasqBootServer(
  lan: VirtualLan,
  options: DnsmasqBootServerOptions,
): Promise<DnsmasqBootServer> {
  const configFile = join(lan.folder, 'dnsmasq.conf');
  const logFile = join(lan.folder, 'dnsmasq.log');
  await writeFile(configFile, options.config);
  await writeFile(logFile, '');
  const dnsmasq = await lan.startIn('lan', 'dnsmasq', [
    '--keep-in-foreground',
    `--conf-file=${configFile}`,
    '--user=root',
    `--pid-file=${join(lan.folder, 'dnsmasq.pid')}`,
    `--dhcp-leasefile=${join(lan.folder, 'dnsmasq.leases')}`,
    `--log-facility=${logFile}`,
    '--log-dhcp',
    ...(options.extraArguments ?? []),
  ]);
  const programs: LongRunning[] = [dnsmasq];
  await refuseToEndEarly(dnsmasq, 'dnsmasq');
  if (options.httpRoot !== undefined) {
    const address = `${LAN.serverAddress}:8080`;
    const httpd = await lan.startIn('lan', 'busybox', [
      ...['httpd', '-f', '-p', address, '-h', options.httpRoot],
    ]);
    programs.push(httpd);
    await refuseToEndEarly(httpd, 'busybox httpd');
  }
  return {
    logFile,
    stop: async () => {
      for (const program of programs) program.kill();
      await Promise.all(programs.map((program) => program.ended));
    },
  };
}

async function refuseToEndEarly(program: LongRunning, name: string): Promise<void> {
  const words: string[] = [];
  program.onLine((line) => words.push(line));
  const settled = new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 300));
  const exitCode = await Promise.race([program.ended.then((end) => end.exitCode ?? -1), settled]);
  if (exitCode === undefined) return;
  throw environmentError('E_LAB', {
    what: `${name} ended at once with exit code ${exitCode}`,
    why: words.slice(-2).join(' | '),
  });
}
