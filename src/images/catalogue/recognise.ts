import { assetError } from '../../model/errors.ts';
import type { FileTree } from '../trees/file-tree.ts';
import { recogniseAlpine } from './alpine-media.ts';
import { recogniseArch } from './arch.ts';
import { recogniseDebianNetboot } from './debian.ts';
import { recogniseAgama, recogniseLinuxrc } from './opensuse-media.ts';
import { recogniseAnaconda } from './anaconda-media.ts';
import { recogniseCasper } from './casper-media.ts';
import { recogniseLiveBoot, recogniseSystemRescue } from './live-media.ts';
import type { ImageRecipe, Recogniser } from './recipe.ts';
import { recogniseUbuntuIso } from './ubuntu.ts';
import { findUnbootable } from './unbootable-media.ts';
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
  recogniseCasper,
  recogniseLiveBoot,
  recogniseSystemRescue,
];

const KNOWN =
  'Ubuntu and its flavours, Mint, Debian netboot and live, Fedora, Rocky, Alma, RHEL, openSUSE, Arch, Alpine, Clonezilla, GParted, SystemRescue';

/**
 * Says what a folder, tarball or ISO is.
 * @throws PxectlError E_IMAGE_UNSUPPORTED when it is known and cannot be booted over the network; E_IMAGE_UNRECOGNISED
 * with what was found at its top
 */
export async function recogniseTree(tree: FileTree): Promise<ImageRecipe> {
  for (const recognise of RECOGNISERS) {
    const recipe = await recognise(tree);
    if (recipe !== undefined) return withUsableRoot(recipe, tree);
  }
  const unbootable = await findUnbootable(tree);
  if (unbootable !== undefined) {
    const { title, why, next } = unbootable;
    throw assetError('E_IMAGE_UNSUPPORTED', {
      what: `${tree.origin} is ${title}, and pxectl cannot boot it over the network`,
      why,
      next,
    });
  }
  throw assetError('E_IMAGE_UNRECOGNISED', {
    what: `no known installer was recognised in ${tree.origin}`,
    why: await whatIsThere(tree),
    next: (await isoBeside(tree)) ?? `take another image (known are ${KNOWN}), or add it: docs/images.md`,
  });
}

/** Where machines download the ISO itself, unpacked files are of no use to them. */
function withUsableRoot(recipe: ImageRecipe, tree: FileTree): ImageRecipe {
  if (recipe.rootImageName === undefined || tree.sizeBytes !== undefined) return recipe;
  throw assetError('E_IMAGE_UNSUPPORTED', {
    what: `${tree.origin} has the files of ${recipe.title}, but not the ISO they came from`,
    why: 'machines download the whole ISO as their root file system, and it cannot be put together again',
    next: 'pxectl fetch FILE.iso',
  });
}

/** A folder of downloads is no image, but there may be one in it. */
async function isoBeside(tree: FileTree): Promise<string | undefined> {
  const name = (await tree.list('')).find((entry) => entry.toLowerCase().endsWith('.iso'));
  return name === undefined || tree.sizeBytes !== undefined
    ? undefined
    : `name the image itself: pxectl fetch ${tree.origin}/${name}`;
}

async function whatIsThere(tree: FileTree): Promise<string> {
  const top = await tree.list('');
  const volume =
    tree.volumeId === undefined || tree.volumeId === '' ? '' : `its volume is ${tree.volumeId}; `;
  if (top.length === 0) return `${volume}it is empty`;
  return `${volume}at its top there is: ${top.slice(0, 12).join(' ')}${top.length > 12 ? ' …' : ''}`;
}
