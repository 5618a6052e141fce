import { existsSync } from 'node:fs';
import { readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import { systemCodeOf } from '../model/errors.ts';
import { isSingleExecutable } from './packaged-files.ts';

/** A process that can be told from a later one that got the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** field 22 of /proc/PID/stat: clock ticks since boot; empty on systems without /proc */
  readonly startTime: string;
}

/** The identity of a running process, or undefined when there is none (a zombie counts as none). */
export async function identityOf(pid: number): Promise<ProcessIdentity | undefined> {
  let stat: string;
  try {
    stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return existsSync('/proc/self/stat') ? undefined : identityWithoutProc(pid);
  }
  // the program name in parentheses may hold spaces and parentheses: fields are counted from the last one
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTime] = [fields[0], fields[19]];
  if (startTime === undefined || state === 'Z' || state === 'X') return undefined;
  return { pid, startTime };
}

/** Whether this pid is a pxectl: the program itself under any name that begins so, or its script. False where it cannot be seen. */
export async function isPxectl(pid: number): Promise<boolean> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  if (commandLine === undefined) return !existsSync('/proc/self/stat');
  // whoever downloads it names it as he likes
  if (isSingleExecutable && (await readlink(`/proc/${pid}/exe`).catch(() => '')) === process.execPath)
    return true;
  const words = commandLine.split('\0').map((word) => basename(word));
  return words[0]?.startsWith('pxectl') === true || words.some((word) => /^pxectl(\.js)?$/.test(word));
}

/** macOS and others: a pid that was given again cannot be told from the one it was */
function identityWithoutProc(pid: number): ProcessIdentity | undefined {
  try {
    process.kill(pid, 0);
    return { pid, startTime: '' };
  } catch (error) {
    return systemCodeOf(error) === 'EPERM' ? { pid, startTime: '' } : undefined;
  }
}

/** Whether this very process still runs. */
export async function isSameProcessAlive(identity: ProcessIdentity): Promise<boolean> {
  return (await identityOf(identity.pid))?.startTime === identity.startTime;
}

/**
 * Ends these very processes: SIGTERM to all, SIGKILL to those that still run after `graceMs`.
 * A pid that now belongs to another process is left alone. Resolves when they are gone.
 */
export async function endProcesses(identities: readonly ProcessIdentity[], graceMs = 3000): Promise<void> {
  await signalAll(identities, 'SIGTERM');
  const left = await waitForEnd(identities, graceMs);
  await signalAll(left, 'SIGKILL');
  await waitForEnd(left, 5_000);
}

/** Waits until these very processes have ended; resolves with those that still run after `timeoutMs`. */
export async function waitForEnd(
  identities: readonly ProcessIdentity[],
  timeoutMs: number,
): Promise<readonly ProcessIdentity[]> {
  const deadline = Date.now() + timeoutMs;
  let left = await stillAlive(identities);
  while (left.length > 0 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    left = await stillAlive(left);
  }
  return left;
}

async function stillAlive(identities: readonly ProcessIdentity[]): Promise<ProcessIdentity[]> {
  const alive = await Promise.all(identities.map(isSameProcessAlive));
  return identities.filter((_, index) => alive[index]);
}

async function signalAll(
  identities: readonly ProcessIdentity[],
  signal: NodeJS.Signals,
): Promise<ProcessIdentity[]> {
  const alive = await stillAlive(identities);
  for (const { pid } of alive) {
    try {
      process.kill(pid, signal);
    } catch {
      // it ended between the look and the signal
    }
  }
  return alive;
}
