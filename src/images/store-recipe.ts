import { join } from 'node:path';
import { assetError } from '../model/errors.ts';
import type { ImageManifest, StoredFile, Verification } from '../model/image.ts';
import type { ImageRecipe, RecipeFile } from './catalogue/recipe.ts';
import type { FetchContext } from './fetch-types.ts';
import { reportBytes } from './fetch-progress.ts';
import { writeHashed } from './hashed-copy.ts';
import type { IncomingImage } from './store.ts';
import type { FileTree } from './trees/file-tree.ts';

/** Where the bytes came from and why they can be trusted. */
export interface Provenance {
  readonly origin: string;
  /** the address that was asked instead */
  readonly mirror?: string;
  readonly verification: Verification;
  readonly verifiedBy: string;
}

/** Copies the files of a recipe out of a tree into an incoming image and returns the manifest, not yet committed. */
export async function storeRecipe(
  incoming: IncomingImage,
  recipe: ImageRecipe,
  tree: FileTree,
  provenance: Provenance,
  context: FetchContext,
  alreadyStored: readonly StoredFile[] = [],
): Promise<ImageManifest> {
  const copies = await Promise.allSettled(
    // side by side: while one is synced, the other is read
    recipe.files.map((file) => copyOut(file, recipe.id, tree, incoming.folder, context)),
  );
  const copied = copies.map((copy) => {
    if (copy.status === 'rejected') throw copy.reason;
    return copy.value;
  });
  return {
    schema: 'pxectl.image/1',
    id: recipe.id,
    title: recipe.title,
    distribution: recipe.distribution,
    release: recipe.release,
    architecture: recipe.architecture,
    files: [...alreadyStored, ...copied],
    ...provenance,
    verifiedAt: new Date().toISOString(),
    boot: recipe.boot,
  };
}

async function copyOut(
  file: RecipeFile,
  imageId: string,
  tree: FileTree,
  folder: string,
  context: FetchContext,
): Promise<StoredFile> {
  const totalBytes = await tree.sizeOf(file.from);
  if (totalBytes === undefined || totalBytes === 0) {
    throw assetError('E_NOT_FOUND', {
      what: `${file.from} is ${totalBytes === 0 ? 'empty' : 'not there'} in ${tree.origin}`,
    });
  }
  const onBytes = reportBytes(context.progress, imageId, file.path);
  const target = join(folder, file.path);
  const written = await writeHashed(
    tree.stream(file.from),
    target,
    (done) => onBytes(done, totalBytes),
    context.signal,
  );
  if (written.sizeBytes !== totalBytes) {
    throw assetError('E_ISO_INVALID', {
      what: `${file.from} in ${tree.origin} is cut short`,
      why: `${written.sizeBytes} of ${totalBytes} bytes could be read`,
      next: 'fetch the whole file again',
    });
  }
  return { role: file.role, path: file.path, ...written };
}
