import type { Stats } from 'node:fs';
import { lstat, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { environmentError } from '../model/errors.ts';

const OTHERS_MAY_WRITE = 0o002;
/** inode(7): in a folder with this bit nobody renames what is another's */
const STICKY = 0o1000;
/** Folders whose files root may use though another user owns them, `:` between them (as git's safe.directory). */
const TRUST_VARIABLE = 'PXECTL_SAFE_DIRECTORY';

export interface TrustedPlaces {
  /** the folder that holds everything, absolute: what the user is told of and may name as safe */
  readonly folder: string;
  /** files and folders that count where they are there; a link counts with what it leads to */
  readonly paths: readonly string[];
  /** those that must not be links: pxectl writes to them */
  readonly unlinked: readonly string[];
}

/**
 * Root does what these files say, and writes where they lead: they must be root's, or of the user who called sudo, and closed to
 * everybody else, and so must the folders above them: who may rename a folder puts another in its place, also while it is worked
 * in. For other users nothing is checked: they can do no more than they are allowed to.
 * @throws PxectlError E_UNSAFE_FOLDER that names the file and the way out
 */
export async function refuseForeignPlaces({ folder, paths, unlinked }: TrustedPlaces): Promise<void> {
  if (process.getuid?.() !== 0 || isNamedSafe(folder)) return;
  for (const path of [folder, ...paths, ...unlinked]) {
    const itself = await lstat(path).catch(() => undefined);
    if (itself === undefined) continue;
    if (itself.isSymbolicLink() && unlinked.includes(path)) {
      throw refusal(
        folder,
        `${path} is a link`,
        `what pxectl writes there would go elsewhere: see where it leads (ls -l ${path}), and move the link away`,
      );
    }
    await refuseForeignPlace(folder, path);
    if (path !== folder && !itself.isSymbolicLink()) continue;
    for (const above of await foldersAbove(path)) await refuseForeignPlace(folder, above, STICKY);
  }
}

/**
 * For every user: a file that nobody asked for, found in a folder above, must be his own or root's. In a folder like /tmp anybody
 * can leave one.
 * @throws PxectlError E_UNSAFE_FOLDER that names the owner and the way out
 */
export async function refusePlanted(path: string): Promise<void> {
  const { uid } = await lstat(path);
  const folder = dirname(path);
  if (isTrusted(uid) || uid === process.getuid?.() || isNamedSafe(folder)) return;
  throw environmentError('E_UNSAFE_FOLDER', {
    what: `${path}, found in a folder above, belongs to another user (uid ${uid})`,
    why: 'whoever left it there would say what pxectl does with your rights and your files',
    next: `if it is the one that you mean: pxectl --config ${path} …, or ${trust(folder)}`,
    details: { folder },
  });
}

/**
 * For every user: what lies in a store that projects share becomes part of each, so nobody but its user and root may write there.
 * @param paths of it; a link counts with what it leads to
 * @throws PxectlError E_UNSAFE_FOLDER that names the path and the way out
 */
export async function refuseForeignStore(folder: string, paths: readonly string[]): Promise<void> {
  if (process.getuid?.() === 0) return refuseForeignPlaces({ folder, paths, unlinked: [] });
  if (isNamedSafe(folder)) return;
  for (const path of paths) {
    const found = await stat(path).catch(() => undefined);
    if (found === undefined || isOwnAlone(found)) continue;
    throw environmentError('E_UNSAFE_FOLDER', {
      what: `${path} belongs to another user, or everybody may write to it`,
      why: 'somebody else could put files there that your machines boot',
      next: `see who (ls -ld ${path}); or, if you trust it: ${trust(folder)}`,
      details: { folder },
    });
  }
}

/** Whether nobody but this user, root and whoever called sudo may write to it. */
export function isOwnAlone({ uid, mode }: Pick<Stats, 'uid' | 'mode'>): boolean {
  return (isTrusted(uid) || uid === process.getuid?.()) && (mode & OTHERS_MAY_WRITE) === 0;
}

/**
 * Root may use a file of another user, but not one that this user leads him to: where somebody else owns a folder on the way, or
 * a link, what was opened must be his.
 * @throws PxectlError E_UNSAFE_FOLDER that names the owner and the way out
 */
export async function refuseLentFile(path: string, opened: Pick<Stats, 'uid'>): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const places = [...(await foldersAbove(path)), path];
  if (places.some(isNamedSafe)) return;
  const folder = dirname(path);
  for (const place of places) {
    const owner = (await lstat(place).catch(() => undefined))?.uid;
    if (owner === undefined || isTrusted(owner) || owner === opened.uid) continue;
    throw environmentError('E_UNSAFE_FOLDER', {
      what: `${path} leads to a file of another user (uid ${opened.uid}) than ${place} (uid ${owner})`,
      why: 'as root, pxectl would give out whatever that user has no right to read',
      next: `copy the file to a folder of your own; or, if you trust it: ${trust(folder)}`,
      details: { folder },
    });
  }
}

/** Those on the way to it by this name, and to what it leads to, from the root on. */
async function foldersAbove(path: string): Promise<readonly string[]> {
  const above = new Set<string>();
  for (const name of [path, await realpath(path).catch(() => path)]) {
    for (let at = dirname(name); !above.has(at); at = dirname(at)) above.add(at);
  }
  return [...above].toSorted((one, other) => one.length - other.length);
}

async function refuseForeignPlace(folder: string, path: string, harmlessMode = 0): Promise<void> {
  const itself = await lstat(path).catch(() => undefined);
  if (itself === undefined) return;
  const target = itself.isSymbolicLink() ? await stat(path).catch(() => undefined) : undefined;
  for (const found of target === undefined ? [itself] : [itself, target]) {
    if ((found.mode & harmlessMode) === 0) refuseIfForeign(folder, path, found);
    else refuseForeignOwner(folder, path, found);
  }
}

function refuseForeignOwner(folder: string, path: string, { uid }: Stats): void {
  if (isTrusted(uid)) return;
  const next = `run it as that user with sudo; or, if you trust it: ${trust(folder)}`;
  throw refusal(folder, `${path} belongs to another user (uid ${uid})`, next);
}

function refuseIfForeign(folder: string, path: string, found: Stats): void {
  refuseForeignOwner(folder, path, found);
  if (!found.isSymbolicLink() && (found.mode & OTHERS_MAY_WRITE) !== 0) {
    const next = `chmod o-w ${path}, or use a folder of its own; if you trust everybody here: ${trust(folder)}`;
    throw refusal(folder, `everybody may write to ${path}`, next);
  }
}

const isTrusted = (uid: number): boolean => uid === 0 || String(uid) === process.env['SUDO_UID'];

const trust = (folder: string): string => `export ${TRUST_VARIABLE}=${folder}`;

const refusal = (folder: string, what: string, next: string): Error =>
  environmentError('E_UNSAFE_FOLDER', {
    what,
    why: 'as root, pxectl would serve and overwrite whatever somebody else names',
    next,
    details: { folder },
  });

function isNamedSafe(folder: string): boolean {
  const named = (process.env[TRUST_VARIABLE] ?? '').split(':');
  return named.some((one) => one.replace(/(?<!\/)\/+$/, '') === folder);
}
