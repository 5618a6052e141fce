import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { makeFolder } from '../../platform/files.ts';
import { refuseForeignStore } from '../../platform/folder-trust.ts';

const OFF = 'off';
const USUAL = 'shared';

/** The folders of a shared store. */
export interface StoreFolders {
  readonly root: string;
  /** files by their SHA-256 */
  readonly files: string;
  /** manifests of images that were put together of them */
  readonly taken: string;
}

/**
 * Where the files lie that projects share; undefined when every project keeps its own.
 * @param configured `store` of pxectl.yaml; `PXECTL_STORE` counts before it
 */
export function sharedStoreFolder(configured: string | undefined): string | undefined {
  const asked = process.env['PXECTL_STORE'] || configured || USUAL;
  if (asked === OFF) return undefined;
  if (asked !== USUAL) return resolve(asked);
  if (process.getuid?.() === 0) return '/var/lib/pxectl/store';
  const data = process.env['XDG_DATA_HOME'];
  // a relative one counts as none: XDG Base Directory Specification 0.8
  const home = data !== undefined && isAbsolute(data) ? data : join(homedir(), '.local', 'share');
  return join(home, 'pxectl', 'store');
}

export const foldersOf = (root: string): StoreFolders => ({
  root,
  files: join(root, 'files'),
  taken: join(root, 'taken'),
});

/**
 * Makes the folders where they are missing.
 * @throws PxectlError E_UNSAFE_FOLDER when somebody else could put files there; E_PERMISSION, E_DISK_FULL
 */
export async function makeStore({ root, files, taken }: StoreFolders): Promise<void> {
  await makeFolder(root, 0o700);
  await refuseForeignStore(root, [root]);
  for (const folder of [files, taken]) await makeFolder(folder);
  await refuseForeignStore(root, [files, taken]);
}

/** Whether there is a store, as it may be used. @throws PxectlError E_UNSAFE_FOLDER */
export async function isStoreThere({ root, files, taken }: StoreFolders): Promise<boolean> {
  if ((await stat(files).catch(() => undefined)) === undefined) return false;
  await refuseForeignStore(root, [root, files, taken]);
  return true;
}
