import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PxectlError, systemCodeOf } from '../../model/errors.ts';
import { diskError } from '../../platform/files.ts';

/** A file with more bytes is no configuration. */
export const MAX_CONFIG_BYTES = 4 * 1024 * 1024;
const MAX_FILES_IN_FOLDER = 100;

/**
 * A file with its text, or the files of a folder as dnsmasq's conf-dir would take them.
 * @throws PxectlError E_INPUT
 */
export async function readGiven(path: string): Promise<readonly (readonly [string, string])[]> {
  try {
    const what = await stat(path);
    if (what.isDirectory()) return await readFolder(path);
    // a pipe or a device would never end
    if (!what.isFile()) throw inputError(`${path} is no file: it cannot be read to its end`);
    return [[path, await readText(path)]];
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') throw inputError(`there is no file ${path}`);
    throw error instanceof PxectlError ? error : diskError(error, path);
  }
}

async function readFolder(path: string): Promise<readonly (readonly [string, string])[]> {
  const names = (await readdir(path, { withFileTypes: true }))
    .filter((entry) => entry.isFile() && !/^\.|~$|\.(?:bak|fixed|dpkg-\w+)$/.test(entry.name))
    .map((entry) => entry.name)
    .sort()
    .slice(0, MAX_FILES_IN_FOLDER);
  if (names.length === 0) throw inputError(`there is no configuration in the folder ${path}`);
  return Promise.all(
    names.map(async (name) => [join(path, name), await readText(join(path, name))] as const),
  );
}

async function readText(path: string): Promise<string> {
  const { size } = await stat(path);
  const text = size > MAX_CONFIG_BYTES ? '\0' : (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  if (text.includes('\0')) throw inputError(`${path} is no configuration: it is binary or too large`);
  if (text.trim() === '') throw inputError(`${path} is empty`);
  return text;
}

function inputError(what: string): PxectlError {
  return new PxectlError('failure', 'E_INPUT', { what, next: 'pxectl doctor --config /etc/dnsmasq.conf' });
}
