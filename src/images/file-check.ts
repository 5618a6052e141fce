import { lstat } from 'node:fs/promises';
import { systemCodeOf } from '../model/errors.ts';
import { diskError } from '../platform/files.ts';
import { hashFile } from './hashed-copy.ts';

/** A file of a manifest: what its bytes have to be. */
export interface ExpectedFile {
  readonly sizeBytes: number;
  /** lower-case hex */
  readonly sha256: string;
}

/** What tells without reading it that a file holds what it held: who writes to it changes its time, who replaces it its inode. */
export interface FileMark {
  readonly inode: string;
  readonly modifiedNs: string;
}

export type FileOutcome = 'ok' | 'missing' | 'wrong-size' | 'wrong-hash';

export interface CheckedFile {
  readonly outcome: FileOutcome;
  /** of a file that is what it has to be */
  readonly mark?: FileMark;
}

export interface CheckOptions {
  /** what the file was when its bytes were last known to be right: as long as it is that, they are not read */
  readonly known?: FileMark | undefined;
  readonly signal?: AbortSignal | undefined;
  /** the bytes are about to be read */
  readonly onHash?: () => void;
}

/**
 * Whether a file is what its manifest says. A link is no file: what it leads to is not what was stored.
 * @throws PxectlError E_PERMISSION; the reason of `signal`
 */
export async function checkFile(
  path: string,
  expected: ExpectedFile,
  options: CheckOptions = {},
): Promise<CheckedFile> {
  const found = await lookAt(path);
  if (found === undefined) return { outcome: 'missing' };
  if (found.sizeBytes !== expected.sizeBytes) return { outcome: 'wrong-size' };
  if (options.known !== undefined && isSameMark(options.known, found.mark)) {
    return { outcome: 'ok', mark: found.mark };
  }
  options.onHash?.();
  try {
    const { digest } = await hashFile(path, 'sha256', options.signal);
    // who wrote to it meanwhile has changed its time since: the next look reads it again
    return digest === expected.sha256 ? { outcome: 'ok', mark: found.mark } : { outcome: 'wrong-hash' };
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return { outcome: 'missing' };
    throw error;
  }
}

/** What a file is now; undefined when it is missing, or no regular file. @throws PxectlError E_PERMISSION */
export async function markOf(path: string): Promise<FileMark | undefined> {
  return (await lookAt(path))?.mark;
}

export const isSameMark = (one: FileMark, other: FileMark): boolean =>
  one.inode === other.inode && one.modifiedNs === other.modifiedNs;

async function lookAt(path: string): Promise<{ sizeBytes: number; mark: FileMark } | undefined> {
  try {
    const found = await lstat(path, { bigint: true });
    if (!found.isFile()) return undefined;
    const mark = { inode: String(found.ino), modifiedNs: String(found.mtimeNs) };
    return { sizeBytes: Number(found.size), mark };
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT' || systemCodeOf(error) === 'ENOTDIR') return undefined;
    throw diskError(error, path);
  }
}
