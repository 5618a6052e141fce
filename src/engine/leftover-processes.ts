import { rm } from 'node:fs/promises';
import { readTextIfThere } from '../platform/files.ts';
import {
  endProcesses,
  identityOf,
  isSameProcessAlive,
  type ProcessIdentity,
} from '../platform/process-identity.ts';
import { membersOfGroup } from './process-group.ts';

/** Programs of this machine that an engine starts, and that outlive a pxectl which is killed. */
const PROGRAMS = ['dnsmasq', 'nginx'];

/** Ends what an earlier run left running; one line for each. */
export async function removeLeftoverProcesses(runFolder: string): Promise<string[]> {
  const ended: string[] = [];
  for (const name of PROGRAMS) {
    const line = await endLeftoverProcess(runFolder, name);
    if (line !== undefined) ended.push(line);
  }
  return ended;
}

/** What an earlier run left running: `dnsmasq (pid 812)`. */
export async function findLeftoverProcesses(runFolder: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of PROGRAMS) {
    const [main] = await findLeftoverProcess(runFolder, name);
    if (main !== undefined) found.push(`${name} (pid ${main.pid})`);
  }
  return found;
}

/**
 * Ends the process that an earlier run of this state folder left behind, recognised by pid and start time.
 * Resolves with one line that says so, or undefined when there was none.
 */
async function endLeftoverProcess(runFolder: string, name: string): Promise<string | undefined> {
  const left = await findLeftoverProcess(runFolder, name);
  await endProcesses(left);
  await rm(recordPath(runFolder, name), { force: true });
  return left[0] === undefined ? undefined : `ended ${name} (pid ${left[0].pid}) of an earlier run`;
}

/** The processes of that program that an earlier run left running, its main one first. */
export async function findLeftoverProcess(
  runFolder: string,
  name: string,
): Promise<readonly ProcessIdentity[]> {
  const text = await readTextIfThere(recordPath(runFolder, name));
  const identity = text === undefined ? undefined : readRecord(text);
  if (identity === undefined) return [];
  const running = await stillRunning(identity, name);
  // a record may name any process: ours leads its own group and is called like the program
  const group = await membersOfGroup(identity.pid, name);
  return running.filter(({ pid }) => group.some((member) => member.pid === pid));
}

/** The program itself and the children it left, if its pid has not become another process's. */
export async function stillRunning(identity: ProcessIdentity, name: string): Promise<ProcessIdentity[]> {
  const isAlive = await isSameProcessAlive(identity);
  const isReused = !isAlive && (await identityOf(identity.pid)) !== undefined;
  if (isReused) return [];
  const group = await membersOfGroup(identity.pid, name);
  return isAlive ? [identity, ...group.filter(({ pid }) => pid !== identity.pid)] : group;
}

/** Where it is written down which process runs. */
export const recordPath = (runFolder: string, name: string): string => `${runFolder}/${name}.process.json`;

function readRecord(text: string): ProcessIdentity | undefined {
  try {
    const { pid, startTime } = JSON.parse(text) as Partial<ProcessIdentity>;
    return typeof pid === 'number' && typeof startTime === 'string' ? { pid, startTime } : undefined;
  } catch {
    return undefined;
  }
}
