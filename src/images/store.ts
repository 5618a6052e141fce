import { randomBytes } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { assetError, systemCodeOf } from '../model/errors.ts';
import type { ImageManifest } from '../model/image.ts';
import { isPathBelow } from '../model/safe-text.ts';
import type { StateLayout } from '../model/state-layout.ts';
import { diskError, isThere, makeFolder, readTextIfThere, writeFileAtomic } from '../platform/files.ts';
import { checkImageId } from './image-id.ts';
import type { SharedStore } from './shared/shared-store.ts';
import { noteVerified } from './verified-files.ts';
import { isSameProcess, processMark, withLock, type LockOptions } from '../platform/file-lock.ts';

const MANIFEST = 'manifest.json';

/** A folder in which one image is put together; nothing in it is served before `commit`. */
export interface IncomingImage {
  readonly folder: string;
  /** Puts the image in place of any older one of the same id, in one step. */
  commit(manifest: ImageManifest): Promise<void>;
}

/** `.pxectl/images/`: one folder per image, each with a manifest.json. Processes may share it. */
export interface ImageStore {
  readonly folder: string;
  /** images in the store, by id; unreadable ones are left out */
  list(): Promise<ImageManifest[]>;
  find(id: string): Promise<ImageManifest | undefined>;
  /** absolute path of a stored file */
  filePath(id: string, path: string): string;
  /** path for a folder of work in progress: the next fetch clears it away when this process is killed */
  scratchFolder(): Promise<string>;
  /** folder for downloads that outlive a cut or killed fetch; it is never served */
  partsFolder(id: string): string;
  /** Runs `work` while no other process works on this image. */
  locked<T>(id: string, work: () => Promise<T>, options?: LockOptions): Promise<T>;
  /** Runs `build` in a folder of its own, within `locked`; whatever fails there leaves nothing behind. */
  build<T>(id: string, build: (incoming: IncomingImage) => Promise<T>): Promise<T>;
  /** Whether `remove` would find something: an image, whole or not, or what a download of it left. */
  holds(id: string): Promise<boolean>;
  /** Removes an image, and what a download of it left. @throws PxectlError E_IMAGE_NOT_FETCHED */
  remove(id: string): Promise<void>;
}

/**
 * Opens the store of a state folder. Makes nothing on disk until something is stored.
 * @param shared where files lie that other projects have too
 */
export function openStore(layout: Pick<StateLayout, 'images'>, shared?: SharedStore): ImageStore {
  const folder = layout.images;
  const find = (id: string) => readManifest(join(folder, checkImageId(id)));
  return {
    folder,
    find,
    list: () => listManifests(folder),
    filePath: (id, path) => join(folder, checkImageId(id), path),
    scratchFolder: () => scratchPath(folder, 'scratch'),
    partsFolder: (id) => join(folder, `.parts-${checkImageId(id)}`),
    locked: (id, work, options = {}) =>
      withLock(
        folder,
        checkImageId(id),
        async () => {
          await recoverOutgoing(folder, id);
          return work();
        },
        options,
      ),
    build: (id, build) => buildImage(folder, checkImageId(id), build, shared),
    holds: async (id) =>
      (await isThere(join(folder, checkImageId(id)))) || (await isThere(join(folder, `.parts-${id}`))),
    remove: (id) =>
      withLock(folder, checkImageId(id), async () => {
        await recoverOutgoing(folder, id);
        const manifest = await readManifest(join(folder, id));
        // not .outgoing: half removed, it must never come back
        const leaving = await scratchPath(folder, id);
        const parts = join(folder, `.parts-${id}`);
        const hasParts = await isThere(parts);
        try {
          await rm(parts, { recursive: true, force: true });
          await rename(join(folder, id), leaving);
          await rm(leaving, { recursive: true, force: true }).catch(async (error: unknown) => {
            // what cannot be removed stays what it was: an image
            await rename(leaving, join(folder, id));
            throw error;
          });
          if (manifest !== undefined) await shared?.drop(manifest.files);
        } catch (error) {
          if (systemCodeOf(error) === 'ENOENT' && hasParts) return;
          if (systemCodeOf(error) === 'ENOENT') throw notFetched(id);
          throw diskError(error, join(folder, id));
        }
      }),
  };
}

/** The error for an image that is not in the store. */
export function notFetched(id: string): Error {
  return assetError('E_IMAGE_NOT_FETCHED', {
    what: `the image ${id} is not here`,
    next: `pxectl fetch ${id}`,
  });
}

async function buildImage<T>(
  folder: string,
  id: string,
  build: (incoming: IncomingImage) => Promise<T>,
  shared: SharedStore | undefined,
): Promise<T> {
  await sweepIncoming(folder);
  const incoming = await scratchPath(folder, id);
  await makeFolder(incoming);
  try {
    return await build({
      folder: incoming,
      commit: async (manifest) => {
        const before = await readManifest(join(folder, id));
        for (const file of manifest.files) await shared?.keep(join(incoming, file.path), file);
        await noteVerified(incoming, manifest.files);
        await writeFileAtomic(join(incoming, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
        await replaceFolder(incoming, folder, id);
        if (before !== undefined) await shared?.drop(before.files);
      },
    });
  } finally {
    await rm(incoming, { recursive: true, force: true });
  }
}

/** Hidden, and with a mark that tells whether the process that made it still runs. */
async function scratchPath(folder: string, name: string): Promise<string> {
  return join(folder, `.incoming-${name}-${await processMark()}-${randomBytes(3).toString('hex')}`);
}

/** rename(2) cannot replace a full folder: the old one steps aside first, and comes back if we die in between. */
async function replaceFolder(incoming: string, folder: string, id: string): Promise<void> {
  const target = join(folder, id);
  const outgoing = join(folder, `.outgoing-${id}`);
  try {
    await rm(outgoing, { recursive: true, force: true });
    try {
      await rename(target, outgoing);
    } catch (error) {
      if (systemCodeOf(error) !== 'ENOENT') throw error;
    }
    await rename(incoming, target);
    // the new one is there: an old one of another user (sudo) that cannot be removed changes nothing
    await rm(outgoing, { recursive: true, force: true }).catch(() => undefined);
  } catch (error) {
    throw diskError(error, target);
  }
}

async function recoverOutgoing(folder: string, id: string): Promise<void> {
  const outgoing = join(folder, `.outgoing-${id}`);
  if (!(await isThere(outgoing))) return;
  try {
    if (!(await isThere(join(folder, id))) && (await readManifest(outgoing)) !== undefined) {
      await rename(outgoing, join(folder, id));
    } else await rm(outgoing, { recursive: true, force: true });
  } catch (error) {
    throw diskError(error, outgoing);
  }
}

/** Removes what killed processes left half-built. */
async function sweepIncoming(folder: string): Promise<void> {
  for (const entry of await entriesOf(folder)) {
    const match = /^\.incoming-.*-(\d+)-(\d+)-[0-9a-f]+$/.exec(entry);
    if (match && !(await isSameProcess(Number(match[1]), match[2] ?? ''))) {
      // what another user (sudo) left is not ours to remove, and in nobody's way
      await rm(join(folder, entry), { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

async function listManifests(folder: string): Promise<ImageManifest[]> {
  const manifests: ImageManifest[] = [];
  for (const entry of (await entriesOf(folder)).sort()) {
    if (entry.startsWith('.')) continue;
    const manifest = await readManifest(join(folder, entry));
    if (manifest?.id === entry) manifests.push(manifest);
  }
  return manifests;
}

async function readManifest(imageFolder: string): Promise<ImageManifest | undefined> {
  return parseManifest(await readTextIfThere(join(imageFolder, MANIFEST)));
}

/** Undefined where there is none, or nothing that can be used. */
export function parseManifest(text: string | undefined): ImageManifest | undefined {
  if (text === undefined) return undefined;
  try {
    const manifest = JSON.parse(text) as ImageManifest;
    const isOurs = manifest.schema === 'pxectl.image/1' && Array.isArray(manifest.files);
    return isOurs && manifest.files.every(({ path }) => isPathBelow(path)) ? manifest : undefined;
  } catch {
    return undefined;
  }
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw diskError(error, folder);
  }
}
