import type { ImageBoot } from '../../model/image.ts';
import { keyserverUrl, type KeyPin } from '../verify/key-pins.ts';
import { firstThere } from '../trees/file-tree.ts';
import type { Recogniser } from './recipe.ts';
import type { RemoteImage } from './remote-image.ts';

const RELEASES = ['3.21', '3.22', '3.23'];

/** https://alpinelinux.org/downloads/ : the releases are signed with ncopa's key */
const ALPINE_KEY: KeyPin = {
  name: 'Natanael Copa (Alpine Linux releases)',
  fingerprints: ['0482D84022F52DF1C4E7CD43293ACD0907D9495A'],
  installedRings: [],
  urls: ['https://alpinelinux.org/keys/ncopa.asc', keyserverUrl('0482D84022F52DF1C4E7CD43293ACD0907D9495A')],
};

/**
 * https://wiki.alpinelinux.org/wiki/PXE_boot : alpine_repo, modloop, modules and ip; everything runs from memory.
 * There is no installer answer file that is fetched by itself: an overlay (apkovl=) is what automates it.
 */
function alpineBoot(release: string): ImageBoot {
  return {
    arguments: [
      'ip=dhcp',
      'modules=loop,squashfs',
      'modloop={modloop}',
      // apk checks the signatures of what comes over plain HTTP
      `alpine_repo=http://dl-cdn.alpinelinux.org/alpine/v${release}/main`,
    ],
    seedArguments: [],
    seedFormat: 'none',
    ramMiB: 512,
  };
}

export function availableAlpineImages(): RemoteImage[] {
  return RELEASES.map((release) => ({
    id: `alpine-${release}`,
    title: `Alpine Linux ${release} netboot (lts kernel)`,
    distribution: 'alpine',
    release,
    architecture: 'amd64',
    ramMiB: 512,
    seedFormat: 'none',
    places: [`https://dl-cdn.alpinelinux.org/alpine/v${release}/releases/x86_64/`],
    trust: { kind: 'signed-files', list: 'latest-releases.yaml', suffix: '.asc', key: ALPINE_KEY },
    payload: {
      kind: 'tarball',
      name: new RegExp(`^alpine-netboot-${release.replace('.', '\\.')}\\.\\d+-x86_64\\.tar\\.gz$`),
    },
  }));
}

/** Recognises Alpine's netboot tarball, and its ISO, by the lts kernel with its modloop. */
export const recogniseAlpine: Recogniser = async (tree) => {
  const kernel = await firstThere(tree, ['boot/vmlinuz-lts']);
  const initrd = await firstThere(tree, ['boot/initramfs-lts']);
  const modloop = await firstThere(tree, ['boot/modloop-lts']);
  if (kernel === undefined || initrd === undefined || modloop === undefined) return undefined;
  const full = /alpine-[a-z]+-(\d+\.\d+(?:\.\d+)?)-/.exec(tree.origin)?.[1];
  const release = /^\d+\.\d+/.exec(full ?? '')?.[0];
  return {
    id: `alpine-${release ?? 'unknown'}`,
    title: `Alpine Linux ${full ?? '(unknown release)'} netboot`,
    distribution: 'alpine',
    release: full ?? 'unknown',
    architecture: 'amd64',
    files: [
      { role: 'kernel', from: kernel, path: 'vmlinuz-lts' },
      { role: 'initrd', from: initrd, path: 'initramfs-lts' },
      { role: 'modloop', from: modloop, path: 'modloop-lts' },
    ],
    boot:
      release === undefined
        ? { ...alpineBoot('latest-stable'), arguments: alpineBoot('x').arguments.slice(0, 3) }
        : alpineBoot(release),
    notes:
      release === undefined ? ['its release is not in its name: give alpine_repo= in boot.arguments'] : [],
  };
};
