import { basename } from 'node:path';
import type { StateLayout } from '../../model/state-layout.ts';
import { SHIM_PATHS } from '../catalogue/own-shim.ts';
import { firstThere } from '../trees/file-tree.ts';
import { bytesOf, firstOfIsos } from './iso-packages.ts';

export interface IsoShim {
  readonly path: 'shimx64.efi';
  readonly origin: string;
  readonly version: string;
  readonly bytes: Uint8Array;
}

/** The shim of a stored image's ISO: signed by Microsoft, and of the same release as its kernel. */
export function findIsoShim(layout: StateLayout): Promise<IsoShim | undefined> {
  return firstOfIsos(layout, 'amd64', async (tree, image) => {
    const path = await firstThere(tree, SHIM_PATHS);
    const bytes = path === undefined ? undefined : await bytesOf(tree, path);
    if (path === undefined || bytes === undefined) return undefined;
    const origin = `${path} of ${basename(image.origin)}`;
    return { path: 'shimx64.efi', origin, version: image.release, bytes };
  });
}
