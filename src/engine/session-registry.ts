import { chmod, lstat, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ENGINE_NAMES } from '../model/config.ts';
import { writeFileAtomic } from '../platform/files.ts';
import { isPxectl, isSameProcessAlive } from '../platform/process-identity.ts';
import { withRegularFile } from '../platform/regular-file.ts';
import type { SessionRecord } from './session-record.ts';

const MAX_ENTRIES = 1_000;
const MAX_BYTES = 16 * 1024;
const OTHERS_MAY_WRITE = 0o022;

const text = z.string().max(4096);
const entrySchema = z.object({
  process: z.object({ pid: z.int().positive(), startTime: text }),
  engine: z.enum(ENGINE_NAMES),
  description: text,
  configPath: text,
  startedAt: z.iso.datetime(),
  httpUrl: text,
  isDetached: z.boolean(),
});

/** A session of any project on this computer. */
export interface RegisteredSession extends z.infer<typeof entrySchema> {
  /** whose process it is */
  readonly uid: number;
}

/** Where sessions of whoever runs this are told: what is there goes when the computer is switched off. */
const ownFolder = (): string | undefined => {
  if (process.geteuid?.() === 0) return '/run/pxectl';
  const runtime = process.env['XDG_RUNTIME_DIR'];
  return runtime === undefined || !runtime.startsWith('/') ? undefined : join(runtime, 'pxectl');
};

/** For `status --all`; that it cannot be told keeps nobody from serving. */
export async function registerSession(record: SessionRecord): Promise<void> {
  const folder = ownFolder();
  if (folder === undefined) return;
  const { process: identity, engine, description, configPath, startedAt, httpUrl, isDetached } = record;
  const entry = { process: identity, engine, description, configPath, startedAt, httpUrl, isDetached };
  try {
    await mkdir(folder, { mode: 0o755 }).then(
      // whatever the umask says
      () => chmod(folder, 0o755),
      () => undefined,
    );
    if (await isOwnFolder(folder, process.geteuid?.() ?? -1)) {
      await writeFileAtomic(join(folder, `${identity.pid}.json`), `${JSON.stringify(entry)}\n`);
    }
  } catch {
    // no /run, or a read-only one
  }
}

export async function unregisterSession(): Promise<void> {
  const folder = ownFolder();
  if (folder !== undefined)
    await rm(join(folder, `${process.pid}.json`), { force: true }).catch(() => undefined);
}

/** The sessions that run on this computer: root sees everybody's, others root's and their own. Oldest first. */
export async function listSessions(): Promise<readonly RegisteredSession[]> {
  const named = ['/run/pxectl', ownFolder(), ...(await foldersOfUsers())];
  const folders = new Set(named.filter((folder) => folder !== undefined));
  const lists = await Promise.all(Array.from(folders, sessionsIn));
  return lists.flat().sort((one, other) => one.startedAt.localeCompare(other.startedAt));
}

async function foldersOfUsers(): Promise<readonly string[]> {
  if (process.geteuid?.() !== 0) return [];
  const users = await readdir('/run/user').catch(() => []);
  return users.map((user) => `/run/user/${user}/pxectl`);
}

async function sessionsIn(folder: string): Promise<readonly RegisteredSession[]> {
  const itself = await lstat(folder).catch(() => undefined);
  if (itself === undefined || !(await isOwnFolder(folder, itself.uid))) return [];
  const names = (await readdir(folder)).filter((name) => /^\d{1,10}\.json$/.test(name)).slice(0, MAX_ENTRIES);
  const sessions = await Promise.all(names.map((name) => readEntry(join(folder, name), itself.uid)));
  return sessions.filter((session) => session !== undefined);
}

/** A folder, no link, that its owner alone writes to. */
async function isOwnFolder(folder: string, uid: number): Promise<boolean> {
  const found = await lstat(folder);
  return found.isDirectory() && found.uid === uid && (found.mode & OTHERS_MAY_WRITE) === 0;
}

/** Nobody tells of a process that is not his; what a killed one left is swept where it is ours. */
async function readEntry(path: string, uid: number): Promise<RegisteredSession | undefined> {
  const entry = await parseEntry(path);
  const { pid } = entry?.process ?? {};
  const owner = pid === undefined ? undefined : (await stat(`/proc/${pid}`).catch(() => undefined))?.uid;
  const isAlive =
    entry !== undefined &&
    owner === uid &&
    (await isSameProcessAlive(entry.process)) &&
    (await isPxectl(entry.process.pid));
  if (isAlive) return { ...entry, uid };
  if (uid === process.geteuid?.()) await rm(path, { force: true }).catch(() => undefined);
  return undefined;
}

async function parseEntry(path: string): Promise<z.infer<typeof entrySchema> | undefined> {
  try {
    const read = await withRegularFile(
      path,
      async (file, { size }) => (size > MAX_BYTES ? undefined : file.readFile('utf8')),
      { followsLinks: false },
    );
    return entrySchema.safeParse(JSON.parse(read ?? '')).data;
  } catch {
    return undefined;
  }
}
