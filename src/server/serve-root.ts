import { close, constants, fstat, open, realpath, type Stats } from 'node:fs';
import { promisify } from 'node:util';
import { messageOf, systemCodeOf } from '../model/errors.ts';

const openFd = promisify(open);
const statFd = promisify(fstat);
const closeFd = promisify(close);
const realPath = promisify(realpath.native);

/** A regular file below a serve root, open for reading. Whoever asked for it closes it. */
export interface OpenedFile {
  readonly fd: number;
  /** absolute, without symbolic links */
  readonly path: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly device: number;
  readonly inode: number;
}

export type OpenOutcome =
  | { readonly kind: 'opened'; readonly file: OpenedFile }
  | { readonly kind: 'missing' }
  /** it may be there, but is not to be had: outside of the root, a folder, a device, not readable */
  | { readonly kind: 'refused'; readonly reason: string }
  /** our own trouble: no file descriptors, an I/O error */
  | { readonly kind: 'failed'; readonly reason: string };

const MISSING: OpenOutcome = { kind: 'missing' };
const MAX_PATH_BYTES = 1024;

/**
 * Opens what `path` names below `root`, for TFTP and HTTP alike. Never leaves the root: `..`, NUL bytes, symbolic
 * links that lead out, folders, devices and pipes are refused. Never throws.
 * @param path relative with `/`; empty and `.` segments mean nothing
 */
export async function openInRoot(root: string, path: string): Promise<OpenOutcome> {
  if (path.includes('\0')) return { kind: 'refused', reason: 'the name contains a NUL byte' };
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) return { kind: 'refused', reason: 'the name is too long' };
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (segments.includes('..')) return { kind: 'refused', reason: 'the name contains ".."' };
  if (segments.length === 0) return MISSING;

  let fd: number | undefined;
  try {
    const realRoot = await realPath(root);
    const real = await realPath(`${realRoot}/${segments.join('/')}`);
    if (!real.startsWith(realRoot === '/' ? '/' : `${realRoot}/`)) {
      return { kind: 'refused', reason: 'a symbolic link leads out of the served folder' };
    }
    // O_NONBLOCK: opening a pipe must not wait for its writer; O_NOFOLLOW: `real` has no links unless someone races us
    fd = await openFd(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const stats: Stats = await statFd(fd);
    if (!stats.isFile()) {
      await closeFd(fd);
      return { kind: 'refused', reason: stats.isDirectory() ? 'it is a folder' : 'it is not a regular file' };
    }
    return {
      kind: 'opened',
      file: {
        fd,
        path: real,
        sizeBytes: stats.size,
        modifiedMs: stats.mtimeMs,
        device: stats.dev,
        inode: stats.ino,
      },
    };
  } catch (error) {
    if (fd !== undefined) await closeFd(fd).catch(() => undefined);
    switch (systemCodeOf(error)) {
      case 'ENOENT':
      case 'ENOTDIR':
        return MISSING;
      case 'ELOOP':
        return { kind: 'refused', reason: 'its symbolic links lead in a circle' };
      case 'ENAMETOOLONG':
        return { kind: 'refused', reason: 'the name is too long' };
      case 'EACCES':
      case 'EPERM':
        return { kind: 'refused', reason: 'pxectl may not read it (check owner and mode)' };
      case 'ENXIO':
        return { kind: 'refused', reason: 'it is not a regular file' };
      default:
        return { kind: 'failed', reason: messageOf(error) };
    }
  }
}
