import { join } from 'node:path';
import type { BootContext } from '../model/boot-context.ts';
import { assetError, type PxectlError } from '../model/errors.ts';
import type { ImageManifest } from '../model/image.ts';
import type { StateLayout } from '../model/state-layout.ts';
import type { FileMark, FileOutcome } from './file-check.ts';
import { checkFiles, type NamedFile } from './verified-files.ts';

export interface StoredCheckOptions {
  readonly signal?: AbortSignal | undefined;
  /** one line at a time: what takes its time */
  readonly onProgress?: (line: string) => void;
}

/** Smaller ones are hashed before a line about it is read. */
const LONG_BYTES = 64 * 1024 * 1024;

const REASONS: Readonly<Record<Exclude<FileOutcome, 'ok'>, string>> = {
  missing: 'it is not there, or no regular file',
  'wrong-size': 'it has not the size that it had when it was verified',
  'wrong-hash': 'its SHA-256 is not the one that was verified',
};

/**
 * Looks whether the stored files of a configuration are those that were verified.
 * @returns what each is now, by absolute path
 * @throws PxectlError E_CHECKSUM naming those that are not; E_PERMISSION; the reason of `signal`
 */
export async function checkStored(
  context: Pick<BootContext, 'images' | 'loaders'>,
  layout: Pick<StateLayout, 'images' | 'loaders'>,
  options: StoredCheckOptions = {},
): Promise<ReadonlyMap<string, FileMark>> {
  const marks = new Map<string, FileMark>();
  const changed: { readonly path: string; readonly reason: string }[] = [];
  const commands = new Set<string>();
  const look = async (folder: string, files: readonly NamedFile[], command: string): Promise<void> => {
    const onHash = (file: NamedFile): void => {
      if (file.sizeBytes < LONG_BYTES) return;
      options.onProgress?.(`hashing ${join(folder, file.path)}: it is not known to be what was verified`);
    };
    for (const { file, outcome, mark } of await checkFiles(folder, files, {
      signal: options.signal,
      onHash,
    })) {
      const path = join(folder, file.path);
      if (mark !== undefined) marks.set(path, mark);
      if (outcome === 'ok') continue;
      changed.push({ path, reason: REASONS[outcome] });
      commands.add(command);
    }
  };
  for (const image of context.images)
    await look(join(layout.images, image.id), image.files, refetchImage(image));
  await look(layout.loaders, context.loaders.files, refetchLoaders(context.images));
  if (changed.length > 0) throw refusal(changed, [...commands]);
  return marks;
}

/** The command that brings an image back from where it came. */
export function refetchImage({
  id,
  origin,
  verification,
}: Pick<ImageManifest, 'id' | 'origin' | 'verification'>): string {
  return verification === 'local' ? `pxectl fetch ${origin} --as ${id}` : `pxectl fetch --force ${id}`;
}

/** Loaders come with any image; those that are damaged are taken anew. */
export function refetchLoaders(images: readonly Pick<ImageManifest, 'id'>[]): string {
  return `pxectl fetch ${images[0]?.id ?? 'debian-12'}`;
}

function refusal(
  changed: readonly { readonly path: string; readonly reason: string }[],
  commands: readonly string[],
): PxectlError {
  const [first] = changed;
  const others = changed.length > 1 ? `, nor are ${changed.length - 1} more` : '';
  return assetError('E_CHECKSUM', {
    what: `${first?.path ?? ''} is not what was verified${others}: nothing of it is served`,
    why: changed.map(({ path, reason }) => (changed.length > 1 ? `${path}: ${reason}` : reason)).join('; '),
    next: `${commands.join(' && ')}; pxectl images verify looks at every byte`,
    details: { changed },
  });
}
