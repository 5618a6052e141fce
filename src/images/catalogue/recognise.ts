import { assetError } from '../../model/errors.ts';
import type { FileTree } from '../trees/file-tree.ts';
import { recogniseAlpine } from './alpine-media.ts';
import { recogniseArch } from './arch.ts';
import { recogniseDebianNetboot } from './debian.ts';
import { recogniseAgama, recogniseLinuxrc } from './opensuse-media.ts';
import { recogniseAnaconda } from './anaconda-media.ts';
import type { ImageRecipe, Recogniser } from './recipe.ts';
import { recogniseUbuntuIso } from './ubuntu.ts';
import { recogniseUbuntuNetboot } from './ubuntu-netboot.ts';

/** In order: the first that knows the tree wins. */
const RECOGNISERS: readonly Recogniser[] = [
  recogniseUbuntuIso,
  recogniseDebianNetboot,
  recogniseUbuntuNetboot,
  recogniseAnaconda,
  recogniseArch,
  recogniseAlpine,
  recogniseAgama,
  recogniseLinuxrc,
];

/**
 * Says what a folder, tarball or ISO is.
 * @throws PxectlError E_IMAGE_UNRECOGNISED with what was found at its top
 */
export async function recogniseTree(tree: FileTree): Promise<ImageRecipe> {
  for (const recognise of RECOGNISERS) {
    const recipe = await recognise(tree);
    if (recipe !== undefined) return recipe;
  }
  const top = await tree.list('');
  throw assetError('E_IMAGE_UNRECOGNISED', {
    what: `no known installer was recognised in ${tree.origin}`,
    why:
      top.length === 0
        ? 'it is empty'
        : `at its top there is: ${top.slice(0, 12).join(' ')}${top.length > 12 ? ' …' : ''}`,
    next: 'see docs/images.md for what is recognised and how to add a distribution',
  });
}
