import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { environmentError } from '../model/errors.ts';
import { start } from '../platform/long-running.ts';
import { findProgram } from '../platform/processes.ts';
import type { Subject } from './checks/host-facts.ts';
import { installHint } from '../platform/install-hint.ts';

/** Packets that tell a boot; of file transfers only the beginnings matter. */
const MAX_PACKETS = 20_000;
/** Long enough for heads and the first block of a loader. */
const SNAP_BYTES = 1600;

/**
 * Records what network boot is made of with tcpdump, for some seconds; returns the file.
 * @throws PxectlError E_TOOL_MISSING without tcpdump, E_TOOL_FAILED when it may not record
 */
export async function recordCapture(
  subject: Subject,
  seconds: number,
  options: { readonly signal: AbortSignal; readonly onProgress: (line: string) => void },
): Promise<string> {
  const tcpdump = await findProgram('tcpdump');
  if (tcpdump === undefined) {
    throw environmentError('E_TOOL_MISSING', {
      what: 'the program tcpdump is not installed',
      next: installHint(['tcpdump']),
    });
  }
  const path = join(await mkdtemp(join(tmpdir(), 'pxectl-doctor-')), 'capture.pcap');
  const filter = `udp port 67 or udp port 68 or udp port 69 or udp port 4011 or icmp or tcp port ${subject.httpPort} or (udp and portrange 1024-65535)`;
  // -Z root: files in /tmp cannot be written by the user that tcpdump drops to
  const child = start(tcpdump, [
    '-i',
    subject.interfaceName,
    '-n',
    '-U',
    '-s',
    String(SNAP_BYTES),
    '-c',
    String(MAX_PACKETS),
    '-Z',
    'root',
    '-w',
    path,
    filter,
  ]);
  const words: string[] = [];
  child.onLine((line) => words.push(line));
  options.onProgress(`recording on ${subject.interfaceName} for ${seconds} s: start the machine now`);
  const early = await Promise.race([
    child.ended.then(() => true),
    sleep(seconds * 1000, false, { signal: options.signal }).catch(() => false),
  ]);
  if (!early) child.kill('SIGINT');
  const { exitCode } = await child.ended;
  if (exitCode !== 0 && exitCode !== undefined) {
    throw environmentError('E_TOOL_FAILED', {
      what: 'tcpdump could not record',
      why: words.at(-1) ?? `exit code ${exitCode}`,
      next: 'sudo pxectl doctor --capture …',
    });
  }
  return path;
}
