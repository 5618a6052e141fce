import { basename } from 'node:path';
import { readTextOf, type FileTree } from '../trees/file-tree.ts';
import { bootFrom } from './boot-from.ts';
import { AGAMA_BOOT, leapIdentity, leapTree, LINUXRC_BOOT } from './opensuse.ts';
import type { Recogniser } from './recipe.ts';

/** Kernel and initrd of every SUSE medium; kiwi, which builds live systems of other distributions too, copied the place. */
const LOADER_FOLDER = 'boot/x86_64/loader';

const FILES = [
  { role: 'kernel', from: `${LOADER_FOLDER}/linux`, path: 'linux' },
  { role: 'initrd', from: `${LOADER_FOLDER}/initrd`, path: 'initrd' },
] as const;

async function hasLoaderFiles(tree: FileTree): Promise<boolean> {
  const sizes = await Promise.all(FILES.map((file) => tree.sizeOf(file.from)));
  return !sizes.includes(undefined);
}

/**
 * Recognises the ISO of Leap 16 by kiwi's layout of a live image and its name: the volume is Install-Leap-16.0-x86_64,
 * which the initrd looks for where no root=live: is given.
 */
export const recogniseAgama: Recogniser = async (tree) => {
  if (!(await hasLoaderFiles(tree))) return undefined;
  if ((await tree.sizeOf('LiveOS/squashfs.img')) === undefined) return undefined;
  const named = `${tree.volumeId ?? ''} ${basename(tree.origin)}`;
  const release = /\bLeap-(\d+\.\d+)-/i.exec(named)?.[1];
  if (release === undefined) return undefined;
  return {
    ...leapIdentity(release),
    files: FILES,
    rootImageName: `leap-${release}-installer.iso`,
    boot: AGAMA_BOOT,
    notes: [],
  };
};

/**
 * Recognises DVD and network ISOs that linuxrc starts, by media.1/media, whose second line is
 * `openSUSE-Leap-15.6-x86_64-Build710.3`. Packages and installation system come from the vendor's tree of that release.
 */
export const recogniseLinuxrc: Recogniser = async (tree) => {
  if (!(await hasLoaderFiles(tree))) return undefined;
  const media = await readTextOf(tree, 'media.1/media');
  if (media === undefined) return undefined;
  const product = /^(\S+?)-(\d+(?:\.\d+)?)\b/.exec(media.split('\n')[1]?.trim() ?? '');
  const name = product?.[1] ?? 'SUSE';
  const release = product?.[2] ?? 'unknown';
  const isLeap = name === 'openSUSE-Leap';
  const place = leapTree(release);
  return {
    id: `${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}-${release}`,
    title: `${name.replaceAll('-', ' ')} ${release} installer`,
    distribution: isLeap ? 'opensuse' : 'suse',
    release,
    architecture: 'amd64',
    files: FILES,
    boot: isLeap
      ? bootFrom(place, LINUXRC_BOOT)
      : { ...LINUXRC_BOOT, arguments: LINUXRC_BOOT.arguments.filter((word) => !word.includes('{place}')) },
    notes: [
      isLeap
        ? `machines install packages from ${place}`
        : 'where its packages are is not known: give install= in boot.arguments',
    ],
  };
};
