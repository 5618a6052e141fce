import { fileOf } from '../../model/image.ts';
import type { StateLayout } from '../../model/state-layout.ts';
import { SHIM_PATHS } from '../catalogue/own-shim.ts';
import { openFileSource } from '../sources/file-source.ts';
import { openStore } from '../store.ts';
import { firstThere } from '../trees/file-tree.ts';
import { openIsoTree } from '../trees/iso-tree.ts';

export interface IsoShim {
  readonly path: 'shimx64.efi';
  readonly origin: string;
  readonly version: string;
  readonly bytes: Uint8Array;
}

/** The shim of a stored image's ISO: signed by Microsoft, and of the same release as its kernel. */
export async function findIsoShim(layout: StateLayout): Promise<IsoShim | undefined> {
  const store = openStore(layout);
  for (const image of await store.list()) {
    const root = fileOf(image, 'root-image');
    if (image.architecture !== 'amd64' || root?.path.endsWith('.iso') !== true) continue;
    const tree = await openIsoTree(await openFileSource(store.filePath(image.id, root.path)));
    try {
      const path = await firstThere(tree, SHIM_PATHS);
      if (path === undefined) continue;
      const chunks: Uint8Array[] = [];
      for await (const chunk of tree.stream(path)) chunks.push(chunk);
      const origin = `${path} of ${root.path}`;
      return { path: 'shimx64.efi', origin, version: image.release, bytes: Buffer.concat(chunks) };
    } finally {
      await tree.close();
    }
  }
  return undefined;
}
