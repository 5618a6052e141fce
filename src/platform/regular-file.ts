import { constants, type Stats } from 'node:fs';
import { lstat, open, stat, type FileHandle } from 'node:fs/promises';
import { refuseLentFile } from './folder-trust.ts';

/**
 * Opens a file that somebody else may have put there: pipes and files of the kernel that never end are not waited for.
 * @param followsLinks false where no link is ever put: in folders of other users it leads to a file or a device of root's
 * @returns undefined when it is no regular file
 * @throws PxectlError E_UNSAFE_FOLDER when another user leads root to a file that is not his; Error of the system
 */
export async function withRegularFile<T>(
  path: string,
  use: (file: FileHandle, found: Stats) => Promise<T>,
  { followsLinks = true }: { readonly followsLinks?: boolean } = {},
): Promise<T | undefined> {
  // to open a device is to use it: a watchdog starts, a tape rewinds
  if (!(await (followsLinks ? stat(path) : lstat(path))).isFile()) return undefined;
  const flags = constants.O_RDONLY | constants.O_NONBLOCK | (followsLinks ? 0 : constants.O_NOFOLLOW);
  const file = await open(path, flags);
  try {
    const found = await file.stat();
    if (!found.isFile()) return undefined;
    await refuseLentFile(path, found);
    return await use(file, found);
  } finally {
    await file.close();
  }
}
