import { lstat, mkdir, rm, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { ExpectedFile } from '../images/file-check.ts';
import type { BootContext } from '../model/boot-context.ts';
import { machineKey, type MachineKey } from '../model/machine-key.ts';
import type { StateLayout } from '../model/state-layout.ts';
import { messageOf } from '../model/errors.ts';
import { linkOrCopy, readTextIfThere, writeFileAtomic } from '../platform/files.ts';
import { readTemplate } from '../platform/packaged-files.ts';
import { matchingProfiles, profileFolder } from '../plan/match-profile.ts';
import { machineFiles, renderAll } from '../render/render-all.ts';
import type { RenderedFile } from '../render/rendered-file.ts';
import { openServed } from './open-served.ts';
import { claimServed } from './served-files.ts';

/** A stored file under the name that it is served by. */
export interface ServedFile {
  /** absolute */
  readonly source: string;
  /** absolute */
  readonly target: string;
  readonly expected: ExpectedFile;
}

export interface ServeFolderResult {
  readonly rendered: readonly RenderedFile[];
  /** what is served of the store */
  readonly served: readonly ServedFile[];
  /** paths relative to the state folder that changed on disk */
  readonly changed: readonly string[];
  /** what somebody else put below serve/: it is served too, and never removed */
  readonly foreign: readonly string[];
}

/** Roles of image files that loaders without HTTP fetch over TFTP. */
const TFTP_ROLES = ['kernel', 'initrd', 'kernel-hwe', 'initrd-hwe'];

/**
 * Fills serve/tftp, serve/http and run/ from the configuration and the store, and removes what pxectl itself put there
 * and is no longer wanted. Store files are hard links, so nothing is copied and nothing half-written is served.
 * @throws PxectlError E_UNSAFE_FOLDER for a link in the serve folder; E_DISK_FULL, E_PERMISSION
 */
export async function fillServeFolder(context: BootContext, layout: StateLayout): Promise<ServeFolderResult> {
  const rendered = renderAll(context, readTemplate, { stateRoot: layout.root });
  const served = [...storedFiles(context, layout)];
  const wanted = [
    ...rendered.map(({ path }) => join(layout.root, path)),
    ...served.map(({ target }) => target),
  ];
  const claim = await claimServed(layout, wanted);
  const changed: string[] = [];
  for (const file of rendered) {
    const path = join(layout.root, file.path);
    if ((await readTextIfThere(path)) === file.content) continue;
    await writeFileAtomic(path, file.content);
    changed.push(file.path);
  }
  for (const { source, target } of served) {
    if (await isSameFile(source, target)) continue;
    await linkOrCopy(source, target);
    changed.push(relative(layout.root, target));
  }
  await mkdir(layout.run, { recursive: true });
  for (const root of [layout.tftpRoot, layout.httpRoot]) {
    await mkdir(root, { recursive: true });
    await openServed(root, wanted);
  }
  await claim.removeLeft();
  return { rendered, served, changed, foreign: claim.foreign };
}

/**
 * Writes what is served to these machines again after they were armed or disarmed, from the configuration in force. A file
 * that cannot be written is taken away: it could start an install that nobody wants any more, and without it the menu for
 * everyone holds.
 * @returns what went wrong, one line each
 */
export async function serveMachines(
  context: BootContext,
  layout: StateLayout,
  keys: readonly MachineKey[],
): Promise<readonly string[]> {
  const troubles: string[] = [];
  const wanted = new Set(keys);
  const machines = context.config.machines.filter((machine) => wanted.has(machineKey(machine)));
  const files = machines.flatMap((machine) => machineFiles(context, readTemplate, machine));
  for (const { path: name, content } of files) {
    const path = join(layout.root, name);
    try {
      if ((await readTextIfThere(path)) === content) continue;
      await writeFileAtomic(path, content);
      for (const root of [layout.tftpRoot, layout.httpRoot]) await openServed(root, [path]);
    } catch (error) {
      troubles.push(`${path} is taken away until it can be written: ${messageOf(error)}`);
      await rm(path, { force: true }).catch(() => undefined);
    }
  }
  return troubles;
}

/** The sentence that tells of files put there by hand. */
export function foreignFiles(paths: readonly string[]): string {
  const named = paths.slice(0, 5).join(', ') + (paths.length > 5 ? ` and ${paths.length - 5} more` : '');
  return `not put there by pxectl, served to everybody, and left alone: ${named}`;
}

function* storedFiles(context: BootContext, layout: StateLayout): Generator<ServedFile> {
  for (const image of context.images) {
    for (const file of image.files) {
      const stored = { source: join(layout.images, image.id, file.path), expected: file };
      yield { ...stored, target: join(layout.httpRoot, 'images', image.id, file.path) };
      if (TFTP_ROLES.includes(file.role)) {
        yield { ...stored, target: join(layout.tftpRoot, 'images', image.id, file.path) };
      }
    }
  }
  const folders = ['', ...matchingProfiles(context.config).map(profileFolder)];
  for (const file of context.loaders.files) {
    const stored = { source: join(layout.loaders, file.path), expected: file };
    for (const folder of folders) {
      yield { ...stored, target: join(layout.tftpRoot, folder, file.path) };
      yield { ...stored, target: join(layout.httpRoot, 'loaders', folder, file.path) };
    }
  }
}

/** The same inode, or (where hard links cannot be) a copy of the same size and time. */
async function isSameFile(source: string, target: string): Promise<boolean> {
  const there = await lstat(target).catch(() => undefined);
  if (!there?.isFile()) return false;
  const wanted = await stat(source);
  if (wanted.ino === there.ino && wanted.dev === there.dev) return true;
  return wanted.size === there.size && wanted.mtime.getTime() === there.mtime.getTime();
}
