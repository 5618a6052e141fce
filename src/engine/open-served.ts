import { chmod, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

const READ = 0o444;
const ENTER = 0o555;

/**
 * What is served is public: servers of another user can read it, whatever the umask of whoever wrote it. What cannot be opened
 * (a file of somebody else) stays as it is, and who asks for it is refused.
 * @param paths below the root
 */
export async function openServed(root: string, paths: Iterable<string>): Promise<void> {
  const folders = new Set([root]);
  for (const path of paths) {
    if (!path.startsWith(`${root}/`)) continue;
    await allow(path, READ);
    for (let folder = dirname(path); !folders.has(folder); folder = dirname(folder)) folders.add(folder);
  }
  for (const folder of folders) await allow(folder, ENTER);
}

async function allow(path: string, bits: number): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || (found.mode & bits) === bits) return;
  await chmod(path, (found.mode & 0o7777) | bits).catch(() => undefined);
}
