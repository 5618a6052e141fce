import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { StateLayout } from '../model/state-layout.ts';

/** The name of the socket in the run folder. */
export const SOCKET_NAME = 'control.sock';

/** Where a running pxectl listens for its owner. */
export const controlSocketPath = (layout: Pick<StateLayout, 'run'>): string => join(layout.run, SOCKET_NAME);

/** unix(7): sun_path holds 108 bytes, the final zero included. */
const MAX_SOCKET_PATH_BYTES = 107;

/**
 * Runs `use` with a path of a socket in this folder that a socket address has room for: in a deep folder that is the
 * way through an open descriptor of the folder, which stays open until `use` has ended.
 */
export async function withSocketPath<T>(folder: string, use: (path: string) => Promise<T>): Promise<T> {
  const path = join(folder, SOCKET_NAME);
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES) return use(path);
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    return await use(`/proc/self/fd/${handle.fd}/${SOCKET_NAME}`);
  } finally {
    await handle.close();
  }
}
