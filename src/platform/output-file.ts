import { realpath, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { systemCodeOf, usageError } from '../model/errors.ts';
import { diskError, writeFileAtomic } from './files.ts';

/** What people call "print it" where a file is asked for. */
export const isStandardOutput = (path: string): boolean => ['-', '/dev/stdout', '/dev/fd/1'].includes(path);

/** Others may write to their own file, and not to what replaces it. */
const OTHERS_WRITE = 0o022;

/**
 * Writes a file that the user has named; one that is there keeps its mode, unless `mode` says another.
 * @throws PxectlError E_USAGE where it is no regular file; E_DISK_FULL or E_PERMISSION
 */
export async function writeOutputFile(
  path: string,
  content: string | Uint8Array,
  mode?: number,
): Promise<void> {
  const before = await outputFileMode(path);
  const wanted = mode ?? before;
  await writeFileAtomic(path, content, wanted, { isExact: wanted !== undefined });
}

/**
 * The mode of a file that is going to be replaced; undefined where there is none. What is renamed over a device would
 * take its place for the whole computer.
 * @throws PxectlError E_USAGE where it is no regular file
 */
export async function outputFileMode(path: string): Promise<number | undefined> {
  if (path === '-')
    throw noOutputFile(path, 'it stands for the standard output, and this is written to a file');
  const folder = await realpath(dirname(resolve(path))).catch(() => dirname(resolve(path)));
  // /dev/stdout leads to a regular file where the output is redirected to one
  if (folder === '/dev' || /^\/(?:proc|sys)(?:\/|$)/.test(folder)) {
    throw noOutputFile(
      path,
      'the kernel’s devices and files are there, and a file would take the place of one',
    );
  }
  try {
    const found = await stat(path);
    if (found.isFile()) {
      return found.mode & (found.uid === process.getuid?.() ? 0o777 : 0o777 & ~OTHERS_WRITE);
    }
    const kind = found.isDirectory()
      ? 'a folder'
      : found.isFIFO()
        ? 'a pipe'
        : found.isSocket()
          ? 'a socket'
          : 'a device';
    throw noOutputFile(path, `it is ${kind}, and a file would take its place`);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCodeOf(error) ?? '')) return undefined;
    throw diskError(error, path);
  }
}

function noOutputFile(path: string, why: string): Error {
  return usageError({
    what: `cannot write to ${path}`,
    why,
    next: 'name a file that is not there yet, or a regular one',
  });
}
