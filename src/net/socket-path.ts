import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname } from 'node:path';

/** unix(7): sun_path holds 108 bytes, the final zero included. */
const MAX_SOCKET_PATH_BYTES = 107;

/**
 * Runs `use` with a name of the socket `path` that a socket address has room for: in a deep folder that is the way
 * through an open descriptor of the folder, which stays open until `use` has ended.
 */
export async function withSocketPath<T>(path: string, use: (path: string) => Promise<T>): Promise<T> {
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES) return use(path);
  const handle = await open(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    return await use(`/proc/self/fd/${handle.fd}/${basename(path)}`);
  } finally {
    await handle.close();
  }
}
