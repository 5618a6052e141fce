import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import {
  copyFile,
  link,
  lstat,
  mkdir,
  open,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  type FileHandle,
} from 'node:fs/promises';
import { dirname } from 'node:path';
import { assetError, environmentError, systemCodeOf } from '../model/errors.ts';

const temporaryName = (path: string): string =>
  `${path}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`;

/** Whether a file is what `writeFileAtomic` or `linkOrCopy` left when they were killed. */
export const isTemporaryName = (path: string): boolean => /\.\d+\.[0-9a-f]{8}\.tmp$/.test(path);

/**
 * Writes a file so that readers see the old or the new content and never a part of it (also after kill -9).
 * @param mode less what the umask takes, unless `isExact`
 * @throws PxectlError E_DISK_FULL or E_PERMISSION
 */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array,
  mode = 0o644,
  { isExact = false }: { readonly isExact?: boolean } = {},
): Promise<void> {
  const temporary = temporaryName(path);
  try {
    await makeFolder(dirname(path));
    const handle = await open(temporary, 'wx', mode);
    try {
      if (isExact) await handle.chmod(mode);
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw diskError(error, path);
  }
}

/**
 * Makes a folder and those above it; no error when it is there.
 * @param mode of each that it makes, less what the umask takes
 * @throws PxectlError E_DISK_FULL or E_PERMISSION
 */
export async function makeFolder(path: string, mode = 0o777): Promise<void> {
  try {
    try {
      await mkdir(path, { recursive: true, mode });
    } catch (error) {
      if (systemCodeOf(error) !== 'ENOENT') throw error;
      // on a read-only file system Node says ENOENT for a recursive mkdir; a plain one names the true reason
      if (dirname(path) !== path) await makeFolder(dirname(path), mode);
      await mkdir(path, mode).catch((plain: unknown) => {
        if (systemCodeOf(plain) !== 'EEXIST') throw plain;
      });
    }
  } catch (error) {
    throw diskError(error, path);
  }
}

/**
 * Makes `target` the same file as `source`: a hard link where the file system allows it, else a copy with the same time.
 * @param isWithoutCopy refuses a copy that takes room of its own
 * @throws PxectlError E_DISK_FULL or E_PERMISSION; the system's error where a copy is refused; E_NOT_FOUND when the source is no regular file (link(2) would link a
 * symbolic link itself, and whoever serves it would follow it)
 */
export async function linkOrCopy(
  source: string,
  target: string,
  { isWithoutCopy = false }: { readonly isWithoutCopy?: boolean } = {},
): Promise<void> {
  if (!(await lstat(source)).isFile()) {
    throw assetError('E_NOT_FOUND', {
      what: `${source} is a link or no regular file`,
      next: 'fetch it again',
    });
  }
  const temporary = temporaryName(target);
  try {
    await makeFolder(dirname(target));
    try {
      await link(source, temporary);
    } catch (error) {
      if (!['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP'].includes(systemCodeOf(error) ?? '')) throw error;
      const { COPYFILE_FICLONE, COPYFILE_FICLONE_FORCE } = constants;
      await copyFile(source, temporary, isWithoutCopy ? COPYFILE_FICLONE_FORCE : COPYFILE_FICLONE);
      // whoever writes to the copy gives it another time than its source has
      const { atime, mtime } = await lstat(source);
      await utimes(temporary, atime, mtime);
    }
    await rename(temporary, target);
    // rename(2) does nothing when both names are links to one file already: the temporary name stays
    await rm(temporary, { force: true });
  } catch (error) {
    await rm(temporary, { force: true });
    throw diskError(error, target);
  }
}

/**
 * Opens a file that a long-running writer appends to, and makes it where it is not there. The file may be emptied meanwhile.
 * @throws PxectlError E_UNSAFE_FOLDER when it is a link; E_DISK_FULL, E_PERMISSION
 */
export async function openToAppend(path: string): Promise<FileHandle> {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW } = constants;
  try {
    return await open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o644);
  } catch (error) {
    throw diskError(error, path);
  }
}

/** Whether there is anything of this name that can be reached. */
export async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** The text of a file, or undefined when there is none. */
export async function readTextIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT' || systemCodeOf(error) === 'ENOTDIR') return undefined;
    throw diskError(error, path);
  }
}

/** Turns a file system error into one that tells the user what to do; anything else passes through. */
export function diskError(error: unknown, path: string): unknown {
  switch (systemCodeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return environmentError('E_DISK_FULL', {
        what: `no space left while writing ${path}`,
        why: 'the disk or the quota is full',
        next: 'make room (df -h shows what is full, pxectl images what is here) and run the same command again',
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return environmentError('E_PERMISSION', {
        what: `cannot access ${path}`,
        why: systemCodeOf(error) === 'EROFS' ? 'the file system is read-only' : 'permission denied',
        next: `check the owner and mode: ls -ld ${dirname(path)} ${path}`,
        cause: error,
      });
    case 'EISDIR':
    case 'ENOTDIR':
    case 'EEXIST':
      return environmentError('E_PERMISSION', {
        what: `cannot use ${path}`,
        why: systemCodeOf(error) === 'EISDIR' ? 'it is a folder' : 'it, or what it lies in, is no folder',
        next: `look what is there: ls -ld ${dirname(path)} ${path}; move it away`,
        cause: error,
      });
    case 'ELOOP':
      return environmentError('E_UNSAFE_FOLDER', {
        what: `${path} is a link`,
        why: 'what pxectl writes there would go elsewhere',
        next: `see where it leads (ls -l ${path}), and move the link away`,
        cause: error,
      });
    default:
      return error;
  }
}
