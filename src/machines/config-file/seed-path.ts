import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { usageError } from '../../model/errors.ts';
import { isThere } from '../../platform/files.ts';

/**
 * A seed as somebody names it in the folder `from`, as the configuration file has to name it: relative to the file's own folder.
 * @throws PxectlError E_USAGE when it is not there
 */
export async function seedForConfig(named: string, configPath: string, from: string): Promise<string> {
  const path = resolve(from, named);
  if (!(await isThere(path))) {
    throw usageError({
      what: `there is no seed ${path}`,
      why: 'it is a file for the installer (preseed, user-data, kickstart …), or a folder of them',
      next: 'docs/config.md#seeds shows what belongs into one',
    });
  }
  const near = relative(dirname(configPath), path);
  return near.startsWith('..') ? path : near;
}

/**
 * Whether somebody else than who owns the configuration may name this seed: it lies in the folder, and is not hidden there, as .git
 * and .env are.
 */
export function isOpenSeed(seed: string, folder: string): boolean {
  const near = relative(folder, resolve(folder, seed));
  return !isAbsolute(near) && near.split(sep).every((part) => part !== '' && !part.startsWith('.'));
}
