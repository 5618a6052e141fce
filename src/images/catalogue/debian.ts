import type { ImageArchitecture, ImageBoot } from '../../model/image.ts';
import { firstThere, readTextOf, type FileTree } from '../trees/file-tree.ts';
import type { ImageRecipe } from './recipe.ts';

/** Suites whose installer is offered. https://www.debian.org/releases/ */
export const DEBIAN_RELEASES: Readonly<Record<string, string>> = {
  '11': 'bullseye',
  '12': 'bookworm',
  '13': 'trixie',
};

/**
 * The installer gets everything over the network: no root image.
 * Preseeding: https://www.debian.org/releases/stable/amd64/apbs02.en.html ("auto" needs priority and a URL);
 * memory: §3.4 of the same guide asks for 780 MiB in text mode.
 */
export const DEBIAN_BOOT: ImageBoot = {
  arguments: [],
  seedArguments: ['auto=true', 'priority=critical', 'interface=auto', 'preseed/url={seed}preseed.cfg'],
  seedFormat: 'preseed',
  ramMiB: 1024,
};

export function debianId(release: string, architecture: ImageArchitecture): string {
  return architecture === 'amd64' ? `debian-${release}` : `debian-${release}-${architecture}`;
}

/** Recognises the Debian installer's netboot files: the tarball, the package's folder or `…/netboot/` of a mirror. */
export async function recogniseDebianNetboot(tree: FileTree): Promise<ImageRecipe | undefined> {
  for (const architecture of ['amd64', 'arm64', 'i386'] as const) {
    const folder = `debian-installer/${architecture}`;
    const kernel = await firstThere(tree, [`${folder}/linux`]);
    const initrd = await firstThere(tree, [`${folder}/initrd.gz`]);
    if (kernel === undefined || initrd === undefined) continue;
    const version = await readTextOf(tree, 'version.info');
    const release = /Debian version:\s+(\d+)/.exec(version ?? '')?.[1];
    const build = /Installer build:\s+(\S+)/.exec(version ?? '')?.[1];
    return {
      id: debianId(release ?? 'netboot', architecture),
      title: `Debian ${release ?? '(unknown release)'} installer${build === undefined ? '' : ` ${build}`}`,
      distribution: 'debian',
      release: release ?? 'unknown',
      architecture,
      files: [
        { role: 'kernel', from: kernel, path: 'linux' },
        { role: 'initrd', from: initrd, path: 'initrd.gz' },
      ],
      boot: DEBIAN_BOOT,
      notes: release === undefined ? ['there is no version.info beside it: the release is not known'] : [],
    };
  }
  return undefined;
}
