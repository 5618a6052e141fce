import { once } from 'node:events';
import { chmod, chown, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import type { Server } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { withSocketPath } from './socket-path.ts';

const UNBORN_PREFIX = '.socket-';

/**
 * Has a server listen on a unix socket that nobody but its owner may open, and a group where one is given. What has
 * that name, as a socket that a killed pxectl left, is replaced and not followed: the folder must be ours.
 * @throws Error where the file system holds no sockets
 */
export async function listenPrivately(server: Server, path: string, groupId?: number): Promise<void> {
  const folder = dirname(path);
  await sweep(folder);
  // born in a folder that is closed to others: there is no moment in which another user could open it
  const closed = await mkdtemp(join(folder, UNBORN_PREFIX));
  const unborn = join(closed, basename(path));
  try {
    await withSocketPath(unborn, async (short) => {
      server.listen(short);
      await once(server, 'listening');
    });
    if (groupId !== undefined) await chown(unborn, process.geteuid?.() ?? 0, groupId);
    await chmod(unborn, groupId === undefined ? 0o600 : 0o660);
    await rename(unborn, path);
  } catch (error) {
    server.close();
    throw error;
  } finally {
    await rm(closed, { recursive: true, force: true });
  }
}

/** Folders of starts that were killed half way. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(UNBORN_PREFIX)) await rm(join(folder, name), { recursive: true, force: true });
  }
}
