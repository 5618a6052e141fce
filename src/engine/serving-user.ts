import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

const OTHERS_MAY_ENTER = 0o001;
const OTHERS_MAY_READ = 0o004;

/** Whom a server drops to. */
export interface ServingUser {
  readonly name: string;
  /** its primary group: seldom called like the user (nobody's is nogroup, openSUSE's is users) */
  readonly group: string;
}

const ROOT: ServingUser = { name: 'root', group: 'root' };

/**
 * The user that servers started as root drop to so that they can still read this folder: its owner, or undefined
 * (their own default, usually nobody) when the folder is root's and open to everyone, `root` when it is closed.
 */
export async function servingUser(folder: string): Promise<ServingUser | undefined> {
  const found = await stat(folder);
  if (found.uid !== 0) return (await userOf(found.uid)) ?? ROOT;
  return (await isOpenToAll(folder)) ? undefined : ROOT;
}

async function isOpenToAll(folder: string): Promise<boolean> {
  const own = await stat(folder);
  if ((own.mode & OTHERS_MAY_READ) === 0) return false;
  for (let path = folder; ; path = dirname(path)) {
    if (((await stat(path)).mode & OTHERS_MAY_ENTER) === 0) return false;
    if (path === dirname(path)) return true;
  }
}

/** Undefined where the user, or its group, has no name that a server's configuration could say. */
async function userOf(uid: number): Promise<ServingUser | undefined> {
  const [name, , , gid] = await entryOf('/etc/passwd', String(uid));
  const [group] = gid === undefined ? [] : await entryOf('/etc/group', gid);
  return name === undefined || group === undefined ? undefined : { name, group };
}

/** The fields of the line whose third is this number (passwd(5), group(5)). */
async function entryOf(file: string, id: string): Promise<readonly (string | undefined)[]> {
  const lines = (await readFile(file, 'utf8').catch(() => '')).split('\n');
  return lines.map((line) => line.split(':')).find((fields) => fields[2] === id) ?? [];
}
