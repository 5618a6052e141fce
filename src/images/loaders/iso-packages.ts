import { basename } from 'node:path';
import { fileOf, type ImageManifest } from '../../model/image.ts';
import type { StateLayout } from '../../model/state-layout.ts';
import { openFileSource } from '../sources/file-source.ts';
import { openStore } from '../store.ts';
import { openIsoTree, type IsoTree } from '../trees/iso-tree.ts';
import { readDebFiles } from './deb-package.ts';
import type { PackageSource } from './package-source.ts';

/** Where a Debian archive keeps these packages: pool/main, first letter and name of the source package. */
const POOL_FOLDERS: Readonly<Record<string, string>> = {
  'shim-signed': 'pool/main/s/shim-signed',
  'grub-efi-amd64-signed': 'pool/main/g/grub2-signed',
  'grub-efi-arm64-signed': 'pool/main/g/grub2-signed',
};

const MAX_DEB_BYTES = 64 * 1024 * 1024;

/**
 * The packages on the ISOs of stored images: Ubuntu's installer has shim and GRUB of its release there, to install them
 * without a network. The ISO was verified, and they with it.
 */
export function isoPackages(layout: StateLayout): PackageSource {
  return {
    name: 'the ISO of an image',
    async find(name, architecture, paths) {
      const folder = POOL_FOLDERS[name];
      if (folder === undefined) return undefined;
      const isWanted = (entry: string): boolean =>
        entry.startsWith(`${name}_`) && entry.endsWith(`_${architecture}.deb`);
      return firstOfIsos(layout, architecture, async (tree, image) => {
        const deb = (await tree.list(folder)).filter(isWanted).sort().at(-1);
        if (deb === undefined) return undefined;
        const path = `${folder}/${deb}`;
        const bytes = await bytesOf(tree, path);
        if (bytes === undefined) return undefined;
        const files = await readDebFiles(bytes, paths, path);
        return {
          name,
          version: decodeURIComponent(deb.split('_')[1] ?? ''),
          origin: `${path} of ${basename(image.origin)}`,
          read: async (wanted) => files.get(wanted),
        };
      });
    },
  };
}

/** What `look` finds on the first stored ISO that has it. */
export async function firstOfIsos<T>(
  layout: StateLayout,
  architecture: ImageManifest['architecture'],
  look: (tree: IsoTree, image: ImageManifest) => Promise<T | undefined>,
): Promise<T | undefined> {
  const store = openStore(layout);
  for (const image of await store.list()) {
    const root = fileOf(image, 'root-image');
    if (image.architecture !== architecture || root?.path.endsWith('.iso') !== true) continue;
    const tree = await openIsoTree(await openFileSource(store.filePath(image.id, root.path)));
    try {
      const found = await look(tree, image);
      if (found !== undefined) return found;
    } finally {
      await tree.close();
    }
  }
  return undefined;
}

/** A whole file, or undefined when it is not there or larger than a loader's package can be. */
export async function bytesOf(tree: IsoTree, path: string): Promise<Buffer | undefined> {
  const sizeBytes = await tree.sizeOf(path);
  if (sizeBytes === undefined || sizeBytes > MAX_DEB_BYTES) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of tree.stream(path)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
