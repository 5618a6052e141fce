import { constants, type Stats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { refuseLentFile } from './folder-trust.ts';

/**
 * Opens a file that somebody else may have put there: pipes and files of the kernel that never end are not waited for.
 * @returns undefined when it is no regular file
 * @throws PxectlError E_UNSAFE_FOLDER when another user leads root to a file that is not his; Error of the system
 */
export async function withRegularFile<T>(
  path: string,
  use: (file: FileHandle, found: Stats) => Promise<T>,
): Promise<T | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const found = await file.stat();
    if (!found.isFile()) return undefined;
    await refuseLentFile(path, found);
    return await use(file, found);
  } finally {
    await file.close();
  }
}
