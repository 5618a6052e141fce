import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { BootContext } from '../model/boot-context.ts';
import type { StateLayout } from '../model/state-layout.ts';
import { messageOf } from '../model/errors.ts';
import { linkOrCopy, readTextIfThere, writeFileAtomic } from '../platform/files.ts';
import { readTemplate } from '../platform/package-root.ts';
import { withoutEngineLines } from '../render/engine-lines.ts';
import { renderAll, type RenderedFile } from '../render/render-all.ts';

export interface ServeFolderResult {
  readonly rendered: readonly RenderedFile[];
  /** paths relative to the state folder that changed on disk */
  readonly changed: readonly string[];
}

export interface FillOptions {
  /** leaves run/ alone: it belongs to the engine that may be running */
  readonly isRunLeft?: boolean;
}

/** Roles of image files that loaders without HTTP fetch over TFTP. */
const TFTP_ROLES = ['kernel', 'initrd', 'kernel-hwe', 'initrd-hwe'];

/**
 * Fills serve/tftp, serve/http and run/ from the configuration and the store, and removes what is no longer
 * wanted there. Store files are hard links, so nothing is copied and nothing half-written is served.
 */
export async function fillServeFolder(
  context: BootContext,
  layout: StateLayout,
  options: FillOptions = {},
): Promise<ServeFolderResult> {
  const rendered = renderAll(context, readTemplate, { stateRoot: layout.root }).filter(
    ({ path }) => options.isRunLeft !== true || !path.startsWith('run/'),
  );
  const wanted = new Set<string>();
  const changed: string[] = [];

  for (const file of rendered) {
    const path = join(layout.root, file.path);
    wanted.add(path);
    const there = await readTextIfThere(path);
    // a running engine's own lines are no change
    if (there !== undefined && isSame(file, there)) continue;
    await writeFileAtomic(path, file.content);
    changed.push(file.path);
  }
  for (const [source, target] of storeLinks(context, layout)) {
    wanted.add(target);
    if (await isSameFile(source, target)) continue;
    await linkOrCopy(source, target);
    changed.push(relative(layout.root, target));
  }
  await mkdir(layout.run, { recursive: true });
  for (const root of [layout.tftpRoot, layout.httpRoot]) {
    await mkdir(root, { recursive: true });
    await removeUnwanted(root, wanted);
  }
  return { rendered, changed };
}

/**
 * Writes what is served again after machines were armed or disarmed, from the configuration in force. A file that cannot be
 * written is taken away: it could start an install that nobody wants any more, and without it the menu for everyone holds.
 * @returns what went wrong, one line each
 */
export async function refreshServedFiles(
  context: BootContext,
  layout: StateLayout,
): Promise<readonly string[]> {
  const troubles: string[] = [];
  for (const { path: name, content } of renderAll(context, readTemplate, { stateRoot: layout.root })) {
    if (!name.startsWith('serve/')) continue;
    const path = join(layout.root, name);
    try {
      if ((await readTextIfThere(path)) !== content) await writeFileAtomic(path, content);
    } catch (error) {
      troubles.push(`${path} is taken away until it can be written: ${messageOf(error)}`);
      await rm(path, { force: true }).catch(() => undefined);
    }
  }
  return troubles;
}

const isSame = ({ path, content }: RenderedFile, there: string): boolean =>
  withoutEngineLines(path, there) === withoutEngineLines(path, content);

/** Pairs of store file and served name. */
function* storeLinks(context: BootContext, layout: StateLayout): Generator<readonly [string, string]> {
  for (const image of context.images) {
    for (const file of image.files) {
      const source = join(layout.images, image.id, file.path);
      yield [source, join(layout.httpRoot, 'images', image.id, file.path)];
      if (TFTP_ROLES.includes(file.role)) {
        yield [source, join(layout.tftpRoot, 'images', image.id, file.path)];
      }
    }
  }
  for (const loader of context.loaders.files) {
    const source = join(layout.loaders, loader.path);
    yield [source, join(layout.tftpRoot, loader.path)];
    yield [source, join(layout.httpRoot, 'loaders', loader.path)];
  }
}

/** Same inode, or (where hard links cannot be) a copy of the same size and time or newer. */
async function isSameFile(source: string, target: string): Promise<boolean> {
  const there = await stat(target).catch(() => undefined);
  if (!there) return false;
  const wanted = await stat(source);
  if (wanted.ino === there.ino && wanted.dev === there.dev) return true;
  return wanted.dev !== there.dev && wanted.size === there.size && wanted.mtimeMs <= there.mtimeMs;
}

async function removeUnwanted(root: string, wanted: ReadonlySet<string>): Promise<void> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const keptFolders = new Set([...wanted].flatMap((path) => parentsOf(path)));
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory() ? keptFolders.has(path) : wanted.has(path)) continue;
    await rm(path, { recursive: true, force: true });
  }
}

function parentsOf(path: string): string[] {
  const parents: string[] = [];
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) parents.push(folder);
  return parents;
}
