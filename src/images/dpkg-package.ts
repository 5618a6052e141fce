import { readlink } from 'node:fs/promises';
import { assetError } from '../model/errors.ts';
import { readTextIfThere } from '../platform/files.ts';
import { findProgram, run } from '../platform/processes.ts';
import { hashFile } from './hashed-copy.ts';

/** A Debian package that is installed here, with the MD5 sums that dpkg keeps of its files. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  /** absolute paths of its files */
  readonly files: ReadonlySet<string>;
  /**
   * Checks that a file of the package is as it was installed, following links within it.
   * @throws PxectlError E_CHECKSUM when it was changed, E_NOT_FOUND when it is not of this package
   */
  verify(path: string): Promise<string>;
}

const INFO = '/var/lib/dpkg/info';

/** The installed package of that name (any architecture), or undefined: also where there is no dpkg. */
export async function findInstalledPackage(name: string): Promise<InstalledPackage | undefined> {
  const dpkgQuery = await findProgram('dpkg-query');
  if (dpkgQuery === undefined) return undefined;
  const format = '${db:Status-Abbrev}\t${Version}\t${Architecture}\n';
  const result = await run(dpkgQuery, ['-W', `-f=${format}`, name]);
  const line = result.stdout.split('\n').find((text) => text.startsWith('ii'));
  if (result.exitCode !== 0 || line === undefined) return undefined;
  const [, version = '', architecture = ''] = line.split('\t');
  const read = async (kind: string): Promise<string> =>
    (await readTextIfThere(`${INFO}/${name}.${kind}`)) ??
    (await readTextIfThere(`${INFO}/${name}:${architecture}.${kind}`)) ??
    '';
  const sums = parseMd5Sums(await read('md5sums'));
  const files = new Set((await read('list')).split('\n').filter((path) => path !== ''));
  return { name, version, files, verify: (path) => verifyFile(name, files, sums, path) };
}

async function verifyFile(
  name: string,
  files: ReadonlySet<string>,
  sums: ReadonlyMap<string, string>,
  path: string,
): Promise<string> {
  let real = path;
  for (let depth = 0; depth < 8 && files.has(real) && !sums.has(real); depth++) {
    const target = await readlink(real).catch(() => undefined);
    if (target === undefined) break;
    real = new URL(target, `file://${real}`).pathname;
  }
  const expected = sums.get(real);
  if (expected === undefined) {
    throw assetError('E_NOT_FOUND', { what: `the package ${name} has no file ${path}` });
  }
  const { digest } = await hashFile(real, 'md5');
  if (digest !== expected) {
    throw assetError('E_CHECKSUM', {
      what: `${real} is not the file that the package ${name} installed`,
      why: `its MD5 is ${digest}, dpkg noted ${expected}`,
      next: `sudo apt-get install --reinstall ${name}`,
    });
  }
  return real;
}

function parseMd5Sums(text: string): Map<string, string> {
  const sums = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([0-9a-f]{32}) {2}(.+)$/.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) sums.set(`/${match[2]}`, match[1]);
  }
  return sums;
}
