import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { assetError } from '../model/errors.ts';
import type { ImageManifest } from '../model/image.ts';
import { recogniseTree } from './catalogue/recognise.ts';
import type { FetchContext } from './fetch-types.ts';
import { checkImageId } from './image-id.ts';
import type { ImageStore } from './store.ts';
import { storeRecipe } from './store-recipe.ts';
import type { FileTree } from './trees/file-tree.ts';
import { openFolderTree } from './trees/folder-tree.ts';
import { openTarTree } from './trees/tar-tree.ts';

/**
 * Takes an image from a folder or netboot tarball of the user's own.
 * @param wantedId the id to store it under; default: what it was recognised as
 * @throws PxectlError E_NOT_FOUND, E_IMAGE_UNRECOGNISED, E_ARCHIVE_INVALID
 */
export async function fetchFromLocal(
  store: ImageStore,
  from: string,
  wantedId: string | undefined,
  context: FetchContext,
): Promise<ImageManifest> {
  const path = resolve(from);
  const info = await stat(path).catch(() => undefined);
  if (info === undefined) {
    throw assetError('E_NOT_FOUND', { what: `there is no file or folder ${path}`, next: 'check --from' });
  }
  const scratchName = `.unpacked-${process.pid}-${Date.now()}`;
  const tree = info.isDirectory()
    ? await openFolderTree(path)
    : await openTarTree(path, join(store.folder, scratchName));
  try {
    return await storeTree(store, tree, wantedId, context);
  } finally {
    await tree.close();
  }
}

async function storeTree(
  store: ImageStore,
  tree: FileTree,
  wantedId: string | undefined,
  context: FetchContext,
): Promise<ImageManifest> {
  const recognised = await recogniseTree(tree);
  const recipe = { ...recognised, id: checkImageId(wantedId ?? recognised.id) };
  context.progress({
    type: 'step',
    subject: recipe.id,
    text: `recognised ${recipe.title} in ${tree.origin}`,
  });
  for (const note of recipe.notes) context.progress({ type: 'warning', subject: recipe.id, text: note });
  return store.build(recipe.id, async (incoming) => {
    const manifest = await storeRecipe(
      incoming,
      recipe,
      tree,
      { origin: tree.origin, verification: 'local', verifiedBy: 'nobody: a file of your own' },
      context,
    );
    await incoming.commit(manifest);
    return manifest;
  });
}
