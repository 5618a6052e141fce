import { constants, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';

const READ = 0o444;
const ENTER = 0o555;

/**
 * What is served is public: servers of another user can read it, whatever the umask of whoever wrote it. What cannot be opened
 * (a file of somebody else) stays as it is, and who asks for it is refused.
 * @param paths below the root
 */
export async function openServed(root: string, paths: Iterable<string>): Promise<void> {
  const folders = new Set<string>();
  for (const path of paths) {
    if (!path.startsWith(`${root}/`)) continue;
    await allow(path, READ, (found) => found.isFile());
    folders.add(dirname(path));
  }
  await openFolders(root, folders);
}

/** Lets everybody into these folders, and those on the way from the root to them. */
export async function openFolders(root: string, folders: Iterable<string>): Promise<void> {
  const all = new Set([root]);
  for (let folder of folders) {
    for (; !all.has(folder) && folder.startsWith(`${root}/`); folder = dirname(folder)) all.add(folder);
  }
  for (const folder of all) await allow(folder, ENTER, (found) => found.isDirectory());
}

/** What is opened is what is changed: a name may be a link a moment later. */
async function allow(path: string, bits: number, isWanted: (found: Stats) => boolean): Promise<void> {
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch(() => undefined);
  if (file === undefined) return;
  try {
    const found = await file.stat();
    if (!isWanted(found) || (found.mode & bits) === bits) return;
    await file.chmod((found.mode & 0o7777) | bits);
  } catch {
    // of somebody else
  } finally {
    await file.close();
  }
}
