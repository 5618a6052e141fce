import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

const OTHERS_MAY_ENTER = 0o001;
const OTHERS_MAY_READ = 0o004;

/**
 * The user that servers started as root drop to so that they can still read this folder: its owner, or undefined
 * (their own default, usually nobody) when the folder is root's and open to everyone, `root` when it is closed.
 */
export async function servingUser(folder: string): Promise<string | undefined> {
  const found = await stat(folder);
  if (found.uid !== 0) return (await userName(found.uid)) ?? 'root';
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

async function userName(uid: number): Promise<string | undefined> {
  const users = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const line = users.split('\n').find((candidate) => candidate.split(':')[2] === String(uid));
  return line?.split(':')[0];
}
