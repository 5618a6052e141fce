import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

const OTHERS_MAY_ENTER = 0o001;
const OTHERS_MAY_READ = 0o004;

/**
 * The user that a server started as root drops to, where it cannot be confined, so that it can still read this folder: its
 * owner, or undefined (its own default, usually nobody) when the folder is root's and open to everyone, `root` when it is closed.
 */
export async function servingUser(folder: string): Promise<string | undefined> {
  const found = await stat(folder);
  if (found.uid !== 0) return (await nameOf(found.uid)) ?? 'root';
  return (await isOpenToAll(folder)) ? undefined : 'root';
}

async function isOpenToAll(folder: string): Promise<boolean> {
  const own = await stat(folder);
  if ((own.mode & OTHERS_MAY_READ) === 0) return false;
  for (let path = folder; ; path = dirname(path)) {
    if (((await stat(path)).mode & OTHERS_MAY_ENTER) === 0) return false;
    if (path === dirname(path)) return true;
  }
}

/** Undefined where the user has no name that a server's configuration could say: passwd(5). */
async function nameOf(uid: number): Promise<string | undefined> {
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n');
  return lines.map((line) => line.split(':')).find((fields) => fields[2] === String(uid))?.[0];
}
