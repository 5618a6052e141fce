import type { ImageBoot } from '../../model/image.ts';
import { OVERLAY_NAME } from '../alpine-overlay.ts';
import { keyserverUrl, type KeyPin } from '../verify/key-pins.ts';
import type { RemoteImage } from './remote-image.ts';

/** Branches that are listed: https://alpinelinux.org/releases/. Others are found by their number. */
const RELEASES = ['3.21', '3.22', '3.23', '3.24'];

/** Fingerprint and key: https://alpinelinux.org/downloads/, as public projects quote it from there; it signs 3.24 too. */
const ALPINE_KEY: KeyPin = {
  name: 'Natanael Copa (Alpine Linux releases)',
  fingerprints: ['0482D84022F52DF1C4E7CD43293ACD0907D9495A'],
  installedRings: [],
  urls: ['https://alpinelinux.org/keys/ncopa.asc', keyserverUrl('0482D84022F52DF1C4E7CD43293ACD0907D9495A')],
};

const RAM_MIB = 1024;

/**
 * - alpine_repo= (fills /etc/apk/repositories) and modules= : mkinitfs-bootparam(7),
 *   https://github.com/alpinelinux/mkinitfs mkinitfs-bootparam.7.in; ip= and BOOTIF= : initramfs-init.in of the same.
 * - modloop= with a URL: https://wiki.alpinelinux.org/wiki/PXE_boot, and so does netboot.xyz
 *   (roles/netbootxyz/templates/menu/alpinelinux.ipxe.j2).
 * - apkovl= with a URL: initramfs-init.in of the same, which unpacks it over the live system. There is no answer file that is
 *   fetched by itself: the overlay holds the seed, a script that runs setup-alpine and setup-disk (src/images/alpine-overlay.ts).
 * - not confirmed: the memory. Everything runs from memory and the modloop is downloaded into it; Alpine gives no number
 *   for a network boot, so this one is an estimate.
 */
export function alpineBoot(release: string): ImageBoot {
  return {
    arguments: [
      'ip=dhcp',
      'modules=loop,squashfs',
      'modloop={modloop}',
      // apk checks the signatures of what comes over plain HTTP
      `alpine_repo=http://dl-cdn.alpinelinux.org/alpine/v${release}/main`,
    ],
    readsBootif: true,
    seedArguments: [`apkovl={seed}${OVERLAY_NAME}`],
    seedFormat: 'alpine',
    ramMiB: RAM_MIB,
  };
}

export function availableAlpineImages(): RemoteImage[] {
  return RELEASES.map(alpineImage);
}

/** `alpine-3.24`, and each branch before and after it: files and key have had the same names for years. */
export function findAlpineImage(id: string): RemoteImage | undefined {
  const release = /^alpine-(3\.\d+)$/.exec(id)?.[1];
  return release === undefined ? undefined : alpineImage(release);
}

function alpineImage(release: string): RemoteImage {
  return {
    id: `alpine-${release}`,
    title: `Alpine Linux ${release} netboot (lts kernel)`,
    distribution: 'alpine',
    release,
    architecture: 'amd64',
    ramMiB: RAM_MIB,
    seedFormat: 'alpine',
    // releases/ and the names in it: netboot.xyz alpinelinux.ipxe.j2, https://alpinelinux.org/downloads/
    places: [`https://dl-cdn.alpinelinux.org/alpine/v${release}/releases/x86_64/`],
    trust: { kind: 'signed-files', list: 'latest-releases.yaml', suffix: '.asc', key: ALPINE_KEY },
    payload: {
      kind: 'tarball',
      name: new RegExp(`^alpine-netboot-${release.replace('.', '\\.')}\\.\\d+-x86_64\\.tar\\.gz$`),
    },
  };
}
