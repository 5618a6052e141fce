import { lstat, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, PxectlError, systemCodeOf } from '../../model/errors.ts';
import { formatBytes } from '../../model/units.ts';
import { withLock, type LockOptions } from '../../platform/file-lock.ts';
import { diskError, linkOrCopy } from '../../platform/files.ts';
import { isOwnAlone } from '../../platform/folder-trust.ts';
import type { FetchProgress } from '../fetch-progress.ts';
import { checkFile, type ExpectedFile } from '../file-check.ts';
import { foldersOf, makeStore, sharedStoreFolder, type StoreFolders } from './store-place.ts';
import { dropUnused } from './unused-files.ts';

const SUBJECT = 'shared store';
/** Smaller ones are hashed before a line about it is read. */
const LONG_BYTES = 64 * 1024 * 1024;

/**
 * Files that several projects have, once on the disk: each is in the store under its SHA-256, and in the projects by hard links (or
 * clones). Whatever is wrong with the store is told and ends no fetch: a project is whole without it.
 */
export interface SharedStore {
  readonly folders: StoreFolders;
  /** Makes `target` this file, where the store has it and every byte of it is right. @throws the reason of `signal` */
  take(file: ExpectedFile, target: string, signal?: AbortSignal): Promise<boolean>;
  /** Shares a file whose bytes are known to be these; where the store has it already, `path` becomes that one. */
  keep(path: string, file: ExpectedFile): Promise<void>;
  /** Removes those of these files that no project has any more. */
  drop(files: readonly ExpectedFile[]): Promise<void>;
  /** Runs work on the store, if it may be used; what the disk has against it is told, and then nothing came of it. */
  attempt<T>(work: () => Promise<T>): Promise<T | undefined>;
  /** Runs `work` while no other project's fetch works under this name. */
  alone<T>(name: string, work: () => Promise<T>, options: LockOptions): Promise<T>;
}

/** Nothing is made on the disk until something is asked for. */
export function openSharedStore(folder: string, progress: FetchProgress): SharedStore {
  const folders = foldersOf(folder);
  const told = new Set<string>();
  /** once: what is wrong with one file is mostly wrong with all */
  const tell = (type: 'step' | 'warning', text: string, about = text): void => {
    if (!told.has(about)) progress({ type, subject: SUBJECT, text });
    told.add(about);
  };
  const unlessRefused = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      // somebody has cleaned up meanwhile
      if (systemCodeOf(error) === 'ENOENT') return undefined;
      const known = diskError(error, folder);
      if (!(known instanceof PxectlError) && systemCodeOf(known) === undefined) throw error;
      const why = known instanceof PxectlError && known.why !== undefined ? ` (${known.why})` : '';
      const about = known instanceof PxectlError ? known.code : systemCodeOf(known);
      tell('step', `${messageOf(known)}${why}; this project does without`, about);
      return undefined;
    }
  };
  let made: Promise<true | undefined> | undefined;
  const isUsable = (): Promise<true | undefined> =>
    (made ??= unlessRefused(async () => {
      await makeStore(folders);
      return true as const;
    }));
  const attempt = async <T>(work: () => Promise<T>): Promise<T | undefined> =>
    (await isUsable()) ? unlessRefused(work) : undefined;
  const pathOf = ({ sha256 }: ExpectedFile): string => join(folders.files, sha256);

  const take = async (file: ExpectedFile, target: string, signal?: AbortSignal): Promise<boolean> => {
    const path = pathOf(file);
    const taken = await attempt(async () => {
      const found = await lstat(path).catch(() => undefined);
      if (found === undefined) return false;
      if (!found.isFile() || !isOwnAlone(found)) {
        tell('warning', `${path} is not used: somebody else may write to it, or it is a link`);
        return false;
      }
      const beside = `${target}.taken`;
      try {
        await linkOrCopy(path, beside);
        const text = `${formatBytes(file.sizeBytes)} are in ${folder}: hashing them`;
        if (file.sizeBytes >= LONG_BYTES) tell('step', text);
        const { outcome } = await checkFile(beside, file, { signal });
        if (outcome === 'ok') {
          await rename(beside, target);
          return true;
        }
      } finally {
        // rename(2) does nothing when both names are links to one file already
        await rm(beside, { force: true });
      }
      tell('warning', `${path} was changed: it is thrown away, and not used`);
      await rm(path, { force: true });
      return false;
    });
    return taken === true;
  };

  const keep = async (path: string, file: ExpectedFile): Promise<void> => {
    await attempt(async () => {
      const shared = pathOf(file);
      const [own, there] = [await lstat(path), await lstat(shared).catch(() => undefined)];
      if (there?.ino === own.ino && there.dev === own.dev) return;
      // a copy on another file system takes as much room as this one
      const isBeside = (await lstat(folders.files)).dev === own.dev;
      if (there !== undefined && (!isBeside || (await take(file, path)))) return;
      await linkOrCopy(path, shared, { isWithoutCopy: true }).catch((error: unknown) => {
        if (!NO_CLONE.has(systemCodeOf(error) ?? '')) throw error;
        tell('step', `not shared with other projects: ${folder} is on another file system`);
      });
    });
  };

  const alone = async <T>(name: string, work: () => Promise<T>, options: LockOptions): Promise<T> => {
    if (!(await isUsable())) return work();
    let isRunning = false;
    try {
      return await withLock(
        folder,
        name,
        () => {
          isRunning = true;
          return work();
        },
        options,
      );
    } catch (error) {
      const isRefused = error instanceof PxectlError && LOCK_REFUSED.has(error.code);
      if (isRunning || !isRefused) throw error;
      // nobody can write there: nobody else works in it either
      return work();
    }
  };

  const drop = async (files: readonly ExpectedFile[]): Promise<void> => {
    // where there is no store, none is made for that
    await unlessRefused(() => dropUnused(folders, files));
  };
  return { folders, take, keep, drop, attempt, alone };
}

/** The store that this project shares; undefined when it keeps its own files. */
export function openUsualStore(
  configured: string | undefined,
  progress: FetchProgress,
): SharedStore | undefined {
  const folder = sharedStoreFolder(configured);
  return folder === undefined ? undefined : openSharedStore(folder, progress);
}

/** ioctl_ficlone(2), on file systems that cannot share blocks, or not with each other. */
const NO_CLONE: ReadonlySet<string> = new Set(['EXDEV', 'ENOTSUP', 'EOPNOTSUPP', 'EINVAL', 'ENOTTY']);
const LOCK_REFUSED: ReadonlySet<string> = new Set(['E_PERMISSION', 'E_DISK_FULL']);
