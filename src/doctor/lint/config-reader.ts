import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
} from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import type { ConfReader } from './conf-lines.ts';
import { MAX_CONFIG_BYTES } from './read-configs.ts';

/** Where the files are that a configuration names. */
export interface ConfigPlace {
  /** the files that were given, by path */
  readonly given: ReadonlyMap<string, string>;
  /** the root of the computer that the configuration is from, or its TFTP root; undefined: not known */
  readonly root: string | undefined;
}

/**
 * Reads what was given, and what lies below `root`. A configuration is mostly somebody else's: without a root nothing
 * is looked for on this computer, and whether a file exists cannot be told. A file or folder that was given counts as
 * the one of the same name that the configuration includes.
 */
export function placedReader({ given, root }: ConfigPlace): ConfReader {
  const paths = [...given.keys()];
  const tftpRoots = [...given.values()].flatMap((text) =>
    [...text.matchAll(/^[ \t]*tftp-root[ \t]*=[ \t]*"?(\/[^\s,"]*?)\/?"?[ \t]*\r?$/gm)].map(
      ([, path = '']) => path,
    ),
  );
  const below = (path: string): string | undefined => {
    if (root === undefined) return undefined;
    if (resolve(root) === '/' || !isAbsolute(path)) return path;
    if (path.startsWith(`${resolve(root)}/`) || path === resolve(root)) return path;
    const place = join(root, path);
    // the folder that was named may be the TFTP root itself
    const inTftp = tftpRoots.find((one) => path === one || path.startsWith(`${one}/`));
    return inTftp === undefined || existsSync(join(root, inTftp))
      ? place
      : join(root, path.slice(inTftp.length));
  };
  const namesake = (path: string): string | undefined =>
    paths.find((one) => basename(one) === basename(path));
  return {
    placeOf: (path) => (given.has(path) ? path : (namesake(path) ?? below(path) ?? path)),
    read: (path) => {
      const own = given.get(path) ?? given.get(namesake(path) ?? '');
      if (own !== undefined) return own;
      const place = below(path);
      return place === undefined ? undefined : readTextBelow(root, place);
    },
    list: (path) => {
      const own = paths.filter((one) => basename(dirname(one)) === basename(path));
      if (own.length > 0) return own.map((one) => basename(one));
      const place = below(path);
      return place === undefined ? undefined : quietly(() => readdirSync(realBelow(root, place)));
    },
    exists: (path) => {
      if (given.has(path)) return true;
      const place = below(path);
      if (place === undefined) return undefined;
      if (existsSync(place)) return true;
      // a folder that cannot be seen says nothing about its files
      return existsSync(dirname(place)) || isBelowVisible(place) ? false : undefined;
    },
  };
}

function isBelowVisible(path: string): boolean {
  for (let folder = dirname(path); folder !== '/' && folder !== '.'; folder = dirname(folder)) {
    if (existsSync(folder)) return true;
  }
  return false;
}

/**
 * The text of a file below the root of another computer; undefined when it cannot be read. A link that leads out of the root is one
 * of that computer, and leads nowhere here; pipes, devices and what is too large for a configuration are not read.
 */
export function readTextBelow(root: string | undefined, path: string): string | undefined {
  return quietly(() => {
    const real = realBelow(root, path);
    // to open a device is to use it
    if (!lstatSync(real).isFile()) return undefined;
    const file = openSync(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const found = fstatSync(file);
      return found.isFile() && found.size <= MAX_CONFIG_BYTES ? readFileSync(file, 'utf8') : undefined;
    } finally {
      closeSync(file);
    }
  });
}

/** @throws Error where it is elsewhere, or not there */
function realBelow(root: string | undefined, path: string): string {
  const [top, real] = [realpathSync(root ?? ''), realpathSync(path)];
  if (root === undefined || (real !== top && !real.startsWith(top === '/' ? top : `${top}/`))) {
    throw new Error(`${path} is not below ${root}`);
  }
  return real;
}

function quietly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
