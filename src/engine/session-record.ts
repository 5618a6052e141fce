import { rm } from 'node:fs/promises';
import { lockHolder, withLock, type LockOptions } from '../platform/file-lock.ts';
import type { EngineName } from '../model/config.ts';
import type { StateLayout } from '../model/state-layout.ts';
import { diskError, readTextIfThere, writeFileAtomic } from '../platform/files.ts';
import { isPxectl, isSameProcessAlive, type ProcessIdentity } from '../platform/process-identity.ts';

/** `.pxectl/run/session.json`: the pxectl process that serves this state folder. */
export interface SessionRecord {
  readonly schema: 'pxectl.session/1';
  readonly process: ProcessIdentity;
  readonly engine: EngineName;
  readonly description: string;
  readonly why: string;
  readonly configPath: string;
  /** ISO 8601 */
  readonly startedAt: string;
  readonly httpUrl: string;
  readonly isDetached: boolean;
}

const pathOf = (layout: StateLayout): string => `${layout.run}/session.json`;

/** The record of the session that runs now; undefined when none does (a dead one's record counts as none). */
export async function readLiveSession(layout: StateLayout): Promise<SessionRecord | undefined> {
  const text = await readTextIfThere(pathOf(layout));
  if (text === undefined) return undefined;
  try {
    const record = JSON.parse(text) as SessionRecord;
    const isOurs = (await isSameProcessAlive(record.process)) && (await isPxectl(record.process.pid));
    return isOurs ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Two that start at once would end each other's programs: one waits for the other under this name. */
const STARTING = 'up';

/**
 * Runs `start` while no other `up` of this state folder starts.
 * @throws PxectlError E_LOCKED when another one takes too long
 */
export function whileStarting<T>(
  layout: StateLayout,
  start: () => Promise<T>,
  options: LockOptions,
): Promise<T> {
  return withLock(layout.run, STARTING, start, options);
}

/** The process of an `up` that does not serve yet. */
export async function readStartingPid(layout: StateLayout): Promise<number | undefined> {
  const pid = await lockHolder(layout.run, STARTING);
  return pid !== undefined && (await isPxectl(pid)) ? pid : undefined;
}

/** Writes the record of this session. */
export async function writeSession(layout: StateLayout, record: SessionRecord): Promise<void> {
  await writeFileAtomic(pathOf(layout), `${JSON.stringify(record, null, 2)}\n`);
}

/**
 * Removes the record.
 * @throws PxectlError E_PERMISSION when somebody else wrote it
 */
export async function removeSession(layout: StateLayout): Promise<void> {
  const path = pathOf(layout);
  await rm(path, { force: true }).catch((error: unknown) => {
    throw diskError(error, path);
  });
}
