import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLogToEvents } from '../engine/dnsmasq-log/log-to-events.ts';
import { readConfig } from '../doctor/lint/conf-lines.ts';
import { harmlessLine } from '../doctor/lint/harmless-line.ts';
import { environmentError } from '../model/errors.ts';
import { printable } from '../model/printable.ts';
import type { LongRunning } from '../platform/long-running.ts';
import { parseMac, type Ipv4Address, type MacAddress } from '../protocol/addresses.ts';
import { openEventStore } from '../watch/event-store.ts';
import { followLog } from '../platform/follow-log.ts';
import type { LabBootServer } from './pxectl-boot-server.ts';
import { ROUTER_FILES } from './router-dhcp.ts';
import { LAN, type VirtualLan } from './virtual-lan.ts';

export interface DnsmasqBootServerOptions {
  /** a dnsmasq.conf, anyone's */
  readonly config: string;
  /** told of lines that dnsmasq is not given: they would run, open or write something of this computer */
  readonly onLeftOut?: (lines: readonly string[]) => void;
  /** more arguments; they win over the file */
  readonly extraArguments?: readonly string[];
  /** folder that busybox httpd serves on port 8080; none when absent */
  readonly httpRoot?: string;
}

/** A boot server that is not pxectl: a plain dnsmasq, and a plain web server beside it. */
export interface DnsmasqBootServer extends LabBootServer {
  /** dnsmasq's own log */
  readonly logFile: string;
}

/**
 * Starts dnsmasq with somebody's configuration as the LAN's boot server. Its log goes to `dnsmasq.log` in the lab
 * folder, in the form that a user finds in syslog, and what it says becomes boot events as it is written.
 * @throws PxectlError E_LAB with dnsmasq's own words when it refuses the configuration
 */
export async function startDnsmasqBootServer(
  lan: VirtualLan,
  options: DnsmasqBootServerOptions,
): Promise<DnsmasqBootServer> {
  const configFile = join(lan.folder, 'dnsmasq.conf');
  const logFile = join(lan.folder, 'dnsmasq.log');
  const { text, leftOut } = forLab(options.config);
  if (leftOut.length > 0) options.onLeftOut?.(leftOut);
  await writeFile(configFile, text);
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
  const eventsFile = join(lan.folder, 'events.jsonl');
  const events = await openEventStore(eventsFile);
  const tftpRoot = /^[ \t]*tftp-root=([^,\s]+)/m.exec(options.config)?.[1] ?? '/';
  const resolveMac = (ip: Ipv4Address): MacAddress | undefined => macOfLease(lan.folder, ip);
  const reader = createLogToEvents({ sink: events, tftpRoot, resolveMac });
  const log = followLog(logFile, (line) => reader.push(line, new Date().toISOString()));
  return {
    description: `dnsmasq with a configuration of its own on ${LAN.serverAddress}`,
    logFile,
    eventsFile,
    died: dnsmasq.ended.then(() => `dnsmasq ended: ${reader.lastLines(3).join(' | ')}`),
    stop: async () => {
      for (const program of programs) program.kill();
      await Promise.all(programs.map((program) => program.ended));
      await log.stop();
      reader.close();
      await events.close();
    },
  };
}

/** What the lab says itself: where it listens, where it writes, as whom it runs. */
const OF_LAB = new Set([
  ...['keep-in-foreground', 'no-daemon', 'log-facility', 'pid-file', 'dhcp-leasefile', 'user', 'group'],
]);

/**
 * The configuration as the lab starts it, line for line: on its own interface, in the foreground, where the lab can end it. It may
 * be anybody's, and dnsmasq is root here: what runs, opens or writes something is left out, as in doctor's trial of it.
 */
export function forLab(config: string): { readonly text: string; readonly leftOut: readonly string[] } {
  const lines: string[] = [];
  const leftOut: string[] = [];
  const name = 'dnsmasq.conf';
  const read = (path: string): string | undefined => (path === name ? config : undefined);
  for (const at of readConfig([name], { read, list: () => undefined, exists: () => undefined }).lines) {
    const judged = harmlessLine(at);
    const isOfLab = OF_LAB.has(at.key);
    const own = at.key === 'interface' ? `interface=${LAN.serverInterface}` : undefined;
    const text = isOfLab ? '' : (own ?? ('text' in judged ? judged.text : undefined));
    if (text === undefined) leftOut.push(`line ${at.line}: ${printable(at.raw)}`);
    // a command line has several of them in one
    lines[at.line - 1] = [lines[at.line - 1] ?? '', text ?? ''].filter((part) => part !== '').join('\n');
  }
  return { text: Array.from(lines, (line) => line ?? '').join('\n'), leftOut };
}

/** Whom the router gave an address: a TFTP log names addresses only. */
function macOfLease(folder: string, ip: Ipv4Address): MacAddress | undefined {
  const leases = join(folder, ROUTER_FILES.leases);
  if (!existsSync(leases)) return undefined;
  for (const line of readFileSync(leases, 'utf8').split('\n')) {
    const [, mac = '', address] = line.split(' ');
    if (address === ip) return parseMac(mac);
  }
  return undefined;
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
