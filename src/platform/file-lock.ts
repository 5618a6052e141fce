import { randomBytes } from 'node:crypto';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { environmentError, systemCodeOf } from '../model/errors.ts';
import { diskError, makeFolder } from './files.ts';
import { identityOf, isSameProcessAlive } from './process-identity.ts';

const POLL_MS = 200;

export interface LockOptions {
  /** how long to wait for the other process; default one hour, since it may be downloading */
  readonly timeoutMs?: number;
  /** told once, when another process holds the lock */
  readonly onWaiting?: (holderPid: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Runs `work` while no other process (and no other call here) works under the same name in this folder.
 *
 * Each contender lays down a file of its own, then looks for others: whoever sees a living one takes its own away and
 * tries again. No file is ever taken over, so a lock left by kill -9 can be swept without a race.
 * @throws PxectlError E_LOCKED after `timeoutMs`
 */
export async function withLock<T>(
  folder: string,
  name: string,
  work: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const path = await acquire(folder, name, options);
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

/** The process that works under this name now; undefined when none does. Changes nothing. */
export async function lockHolder(folder: string, name: string): Promise<number | undefined> {
  try {
    const found = await contenders(folder, `.lock-${name}.`);
    return found.find(({ isAlive }) => isAlive)?.pid;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw diskError(error, folder);
  }
}

async function acquire(folder: string, name: string, options: LockOptions): Promise<string> {
  const deadline = Date.now() + (options.timeoutMs ?? 3_600_000);
  const prefix = `.lock-${name}.`;
  let hasToldWaiting = false;
  await makeFolder(folder);
  for (;;) {
    options.signal?.throwIfAborted();
    let holder = await livingHolder(folder, prefix, undefined);
    if (holder === undefined) {
      const mine = `${prefix}${process.pid}.${await ownStartTime()}.${randomBytes(4).toString('hex')}`;
      try {
        await writeFile(`${folder}/${mine}`, '', { flag: 'wx' });
      } catch (error) {
        throw diskError(error, folder);
      }
      holder = await livingHolder(folder, prefix, mine);
      if (holder === undefined) return `${folder}/${mine}`;
      await rm(`${folder}/${mine}`, { force: true });
    } else if (!hasToldWaiting) {
      hasToldWaiting = true;
      options.onWaiting?.(holder);
    }
    if (Date.now() > deadline) {
      throw environmentError('E_LOCKED', {
        what: `${name} is being worked on by another pxectl (process ${holder})`,
        next: `wait for it, or end it: kill ${holder}`,
        details: { pid: holder },
      });
    }
    // a random share of the wait keeps two contenders from stepping on each other for ever
    await sleep(POLL_MS * (0.25 + Math.random()), undefined, {
      ...(options.signal && { signal: options.signal }),
    });
  }
}

/** The pid of a living contender other than `mine`; files of dead ones are swept on the way. */
async function livingHolder(
  folder: string,
  prefix: string,
  mine: string | undefined,
): Promise<number | undefined> {
  try {
    let living: number | undefined;
    for (const { entry, pid, isAlive } of await contenders(folder, prefix)) {
      if (entry === mine) continue;
      if (isAlive) living = pid;
      else await rm(`${folder}/${entry}`, { force: true });
    }
    return living;
  } catch (error) {
    throw diskError(error, folder);
  }
}

/** Every file that a process has laid down under this prefix, and whether that very process still lives. */
async function contenders(
  folder: string,
  prefix: string,
): Promise<{ readonly entry: string; readonly pid: number; readonly isAlive: boolean }[]> {
  const found = [];
  for (const there of await readdir(folder, { withFileTypes: true })) {
    const entry = there.name;
    if (!entry.startsWith(prefix) || there.isDirectory()) continue;
    // ubuntu-20.04 must not take a lock of ubuntu-20.04.3 for one of its own
    const mark = /^(\d+)\.(\d*)\.[0-9a-f]{8}$/.exec(entry.slice(prefix.length));
    if (mark === null) continue;
    const [pid, startTime] = [Number(mark[1]), mark[2] ?? ''];
    found.push({ entry, pid, isAlive: await isSameProcessAlive({ pid, startTime }) });
  }
  return found;
}

/** Whether the process that made `<prefix><id>-<pid>-<start>` is still the same living process. */
export async function isSameProcess(pid: number, startTime: string): Promise<boolean> {
  return isSameProcessAlive({ pid, startTime });
}

/** `<pid>-<start time>` of this process, for names of work in progress. */
export async function processMark(): Promise<string> {
  return `${process.pid}-${await ownStartTime()}`;
}

async function ownStartTime(): Promise<string> {
  return (await identityOf(process.pid))?.startTime ?? '';
}
