import { basename } from 'node:path';
import type { ImageArchitecture } from '../../model/image.ts';
import { readTextOf, type FileTree } from '../trees/file-tree.ts';
import { alpineBoot } from './alpine.ts';
import { ARCHITECTURE_NAMES, type Recogniser } from './recipe.ts';

/** Kernels of Alpine's images: standard and netboot have lts, the image for virtual machines has virt. */
const FLAVOURS = ['lts', 'virt'] as const;

/**
 * Recognises Alpine's netboot tarball and its ISOs. The ISO says its release in .alpine-release and its architecture by
 * the folder of its packages; the tarball has neither, and only its name tells.
 */
export const recogniseAlpine: Recogniser = async (tree) => {
  for (const flavour of FLAVOURS) {
    const files = [
      { role: 'kernel', path: `vmlinuz-${flavour}` },
      { role: 'initrd', path: `initramfs-${flavour}` },
      { role: 'modloop', path: `modloop-${flavour}` },
    ] as const;
    const there = await Promise.all(files.map((file) => tree.sizeOf(`boot/${file.path}`)));
    if (there.includes(undefined)) continue;
    const { release, architecture } = await alpineFacts(tree);
    const branch = /^\d+\.\d+/.exec(release ?? '')?.[0];
    const suffix = `${flavour === 'lts' ? '' : `-${flavour}`}${architecture === 'amd64' ? '' : `-${architecture}`}`;
    return {
      id: `alpine-${branch ?? 'unknown'}${suffix}`,
      title: `Alpine Linux ${release ?? '(unknown release)'} netboot${flavour === 'lts' ? '' : ` (${flavour} kernel)`}`,
      distribution: 'alpine',
      release: release ?? 'unknown',
      architecture,
      files: files.map(({ role, path }) => ({ role, from: `boot/${path}`, path })),
      boot:
        branch === undefined
          ? { ...alpineBoot('x'), arguments: alpineBoot('x').arguments.slice(0, 3) }
          : alpineBoot(branch),
      notes:
        branch === undefined ? ['its release is not in its name: give alpine_repo= in boot.arguments'] : [],
    };
  }
  return undefined;
};

async function alpineFacts(
  tree: FileTree,
): Promise<{ release: string | undefined; architecture: ImageArchitecture }> {
  const name = basename(tree.origin);
  const said = (await readTextOf(tree, '.alpine-release')) ?? name;
  const folder = (await tree.list('apks')).find((entry) => entry.endsWith('/'))?.slice(0, -1);
  const machine = folder ?? /-(x86_64|aarch64|x86)\./.exec(name)?.[1] ?? 'x86_64';
  return {
    release: /\balpine-[a-z]+-(\d+\.\d+(?:\.\d+)?)/.exec(said)?.[1],
    architecture: machine === 'x86' ? 'i386' : (ARCHITECTURE_NAMES[machine] ?? 'amd64'),
  };
}
