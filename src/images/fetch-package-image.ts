import type { ImageManifest } from '../model/image.ts';
import { DEBIAN_BOOT, DEBIAN_RELEASES } from './catalogue/debian.ts';
import { findInstalledPackage } from './dpkg-package.ts';
import type { FetchContext } from './fetch-types.ts';
import type { ImageStore } from './store.ts';
import { storeRecipe } from './store-recipe.ts';
import { openFolderTree } from './trees/folder-tree.ts';

/**
 * Takes a Debian installer out of the installed package debian-installer-<release>-netboot-<arch>, each file checked
 * against the sums that dpkg noted when it was installed.
 * @returns undefined when the id is no Debian release or the package is not installed
 */
export async function fetchFromPackage(
  store: ImageStore,
  id: string,
  context: FetchContext,
): Promise<ImageManifest | undefined> {
  const match = /^debian-(\d+)(?:-(arm64|i386))?$/.exec(id);
  const release = match?.[1];
  if (release === undefined || DEBIAN_RELEASES[release] === undefined) return undefined;
  const architecture = (match?.[2] ?? 'amd64') as 'amd64' | 'arm64' | 'i386';
  const name = `debian-installer-${release}-netboot-${architecture}`;
  const installed = await findInstalledPackage(name);
  if (installed === undefined) return undefined;
  context.progress({
    type: 'step',
    subject: id,
    text: `from the installed package ${name} ${installed.version}`,
  });
  const folder = `/usr/lib/debian-installer/images/${release}/${architecture}/text`;
  const inTree = `debian-installer/${architecture}`;
  return store.build(id, async (incoming) => {
    const tree = await openFolderTree(folder);
    for (const file of ['linux', 'initrd.gz']) await installed.verify(`${folder}/${inTree}/${file}`);
    const recipe = {
      id,
      title: `Debian ${release} installer ${installed.version}`,
      distribution: 'debian',
      release,
      architecture,
      files: [
        { role: 'kernel', from: `${inTree}/linux`, path: 'linux' },
        { role: 'initrd', from: `${inTree}/initrd.gz`, path: 'initrd.gz' },
      ],
      boot: DEBIAN_BOOT,
      notes: [],
    } as const;
    const manifest = await storeRecipe(
      incoming,
      recipe,
      tree,
      {
        origin: `package ${name} ${installed.version}`,
        verification: 'package',
        verifiedBy: `dpkg's sums of ${name} ${installed.version}`,
      },
      context,
    );
    await incoming.commit(manifest);
    return manifest;
  });
}
