import { chmod, chown, lchown, lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { StateLayout } from '../model/state-layout.ts';
import { environmentError } from '../model/errors.ts';
import { makeFolder, writeFileAtomic } from '../platform/files.ts';

/** Folders of `run/` that belong to dnsmasq and nginx, on the host or in containers. */
export function serverFolders({ run }: Pick<StateLayout, 'run'>) {
  return {
    /** what they are started with; theirs to read alone */
    config: `${run}/config`,
    /** leases */
    dnsmasq: `${run}/dnsmasq`,
    /** logs, pid and temporary files */
    nginx: `${run}/nginx`,
    /** the socket through which nginx asks pxectl */
    channel: `${run}/channel`,
    /** what a confined server's view is made on */
    view: `${run}/view`,
  };
}

const isRoot = (): boolean => process.geteuid?.() === 0;

/** A configuration that a server of any user can read: nothing in it is a secret. */
export async function writeServerConfig(path: string, content: string): Promise<void> {
  await writeFileAtomic(path, content);
  await chmod(path, 0o644);
}

/** The folder of configurations, open to read whatever the umask. */
export async function openConfigFolder(path: string): Promise<void> {
  await makeFolder(path);
  await chmod(path, 0o755);
}

/**
 * A folder for what a server writes that runs as this user; undefined: the one that pxectl runs as. Root makes it anew: what
 * the one before left may be anything, and belongs to whomever that server ran as.
 */
export async function giveWorkFolder(path: string, userId: number | undefined): Promise<void> {
  if (isRoot()) await rm(path, { recursive: true, force: true });
  await makeFolder(path);
  if (isRoot() && userId !== undefined) await chown(path, userId, userId);
}

/**
 * The folder of the lease file, for a dnsmasq that starts as this user; undefined: as the one that pxectl runs as. Leases outlive
 * a start, whoever it was for: root in a container may not write what is another's.
 */
export async function giveLeaseFolder(path: string, userId: number | undefined): Promise<void> {
  await makeFolder(path);
  if (!isRoot()) return;
  const names = await readdir(path);
  for (const name of ['', ...names]) await lchown(join(path, name), userId ?? 0, userId ?? 0);
  await chmod(path, 0o755);
}

/** The path of nginx's access log, empty: requests of an earlier run are told already. */
export async function emptyAccessLog(workFolder: string, userId: number | undefined): Promise<string> {
  const path = `${workFolder}/nginx-access.jsonl`;
  await writeFileAtomic(path, '', 0o666);
  if (isRoot() && userId !== undefined) await chown(path, userId, userId);
  return path;
}

/**
 * A folder that only this process's user may enter, and whose names a group may use where one is given.
 * @throws PxectlError E_UNSAFE_FOLDER for a link, and for what is another user's
 */
export async function makePrivateFolder(path: string, groupId?: number): Promise<void> {
  const me = process.geteuid?.() ?? 0;
  await mkdir(path, { mode: 0o700, recursive: true });
  const there = await lstat(path);
  if (!there.isDirectory() || there.uid !== me) {
    throw environmentError('E_UNSAFE_FOLDER', {
      what: `${path} is not a folder of the user that pxectl runs as`,
      why: 'whoever owns it could answer in the place of pxectl',
      next: `see what it is (ls -ld ${path}), and move it away`,
    });
  }
  if (groupId !== undefined) await chown(path, me, groupId);
  await chmod(path, groupId === undefined ? 0o700 : 0o710);
}
