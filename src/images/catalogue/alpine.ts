import type { ImageBoot } from '../../model/image.ts';
import { keyserverUrl, type KeyPin } from '../verify/key-pins.ts';
import { firstThere } from '../trees/file-tree.ts';
import type { Recogniser } from './recipe.ts';
import type { RemoteImage } from './remote-image.ts';

/** Supported branches: https://alpinelinux.org/releases/ */
const RELEASES = ['3.21', '3.22', '3.23', '3.24'];

/** Fingerprint and key: https://alpinelinux.org/downloads/, as public projects quote it from there. */
const ALPINE_KEY: KeyPin = {
  name: 'Natanael Copa (Alpine Linux releases)',
  fingerprints: ['0482D84022F52DF1C4E7CD43293ACD0907D9495A'],
  installedRings: [],
  urls: ['https://alpinelinux.org/keys/ncopa.asc', keyserverUrl('0482D84022F52DF1C4E7CD43293ACD0907D9495A')],
};

const RAM_MIB = 1024;

/**
 * - alpine_repo= (fills /etc/apk/repositories) and modules= : mkinitfs-bootparam(7),
 *   https://github.com/alpinelinux/mkinitfs mkinitfs-bootparam.7.in; ip= : initramfs-init.in of the same.
 * - modloop= with a URL: https://wiki.alpinelinux.org/wiki/PXE_boot, and so does netboot.xyz
 *   (roles/netbootxyz/templates/menu/alpinelinux.ipxe.j2).
 * - there is no installer answer file that is fetched by itself: an overlay (apkovl=) is what automates it.
 * - not confirmed: the memory. Everything runs from memory and the modloop is downloaded into it; Alpine gives no number
 *   for a network boot, so this one is an estimate.
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
    ramMiB: RAM_MIB,
  };
}

export function availableAlpineImages(): RemoteImage[] {
  return RELEASES.map((release) => ({
    id: `alpine-${release}`,
    title: `Alpine Linux ${release} netboot (lts kernel)`,
    distribution: 'alpine',
    release,
    architecture: 'amd64',
    ramMiB: RAM_MIB,
    seedFormat: 'none',
    // releases/ and the names in it: netboot.xyz alpinelinux.ipxe.j2, https://alpinelinux.org/downloads/
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
