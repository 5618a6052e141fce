import type { ImageBoot } from '../../model/image.ts';
import { keyserverUrl, type KeyPin } from '../verify/key-pins.ts';
import { firstThere, readTextOf } from '../trees/file-tree.ts';
import type { Recogniser } from './recipe.ts';
import type { RemoteImage } from './remote-image.ts';

/** https://archlinux.org/download/ : the ISO's detached signature is by Pierre Schmitz */
const ARCH_KEY: KeyPin = {
  name: 'Pierre Schmitz (Arch Linux releases)',
  fingerprints: ['3E80CA1A8B89F69CBA57D98A76A5EF9054449A5C'],
  installedRings: [
    '/usr/share/keyrings/archlinux-archive-keyring.gpg',
    '/usr/share/pacman/keyrings/archlinux.gpg',
  ],
  urls: [keyserverUrl('3E80CA1A8B89F69CBA57D98A76A5EF9054449A5C')],
};

/**
 * https://gitlab.archlinux.org/archlinux/mkinitcpio/mkinitcpio-archiso docs/README.bootparams : archiso_http_srv, with a
 * slash at its end, and archisobasedir below it. The image is copied into memory.
 */
const ARCH_BOOT: ImageBoot = {
  arguments: ['archisobasedir=arch', 'archiso_http_srv={http}/', 'ip=dhcp'],
  seedArguments: [],
  seedFormat: 'none',
  ramMiB: 4096,
};

export function availableArchImages(): RemoteImage[] {
  return [
    {
      id: 'arch',
      title: 'Arch Linux, the newest monthly image',
      distribution: 'arch',
      release: 'latest',
      architecture: 'amd64',
      ramMiB: ARCH_BOOT.ramMiB,
      seedFormat: 'none',
      places: ['https://geo.mirror.pkgbuild.com/iso/latest/'],
      trust: { kind: 'signed-files', list: 'sha256sums.txt', suffix: '.sig', key: ARCH_KEY },
      payload: { kind: 'iso', name: /^archlinux-\d{4}\.\d\d\.\d\d-x86_64\.iso$/ },
    },
  ];
}

/** Recognises the Arch ISO by /arch; its files keep their paths, since archiso asks for them by these. */
export const recogniseArch: Recogniser = async (tree) => {
  const folder = 'arch/boot/x86_64';
  const kernel = await firstThere(tree, [`${folder}/vmlinuz-linux`]);
  const initrd = await firstThere(tree, [`${folder}/initramfs-linux.img`]);
  const root = await firstThere(tree, ['arch/x86_64/airootfs.sfs', 'arch/x86_64/airootfs.erofs']);
  if (kernel === undefined || initrd === undefined || root === undefined) return undefined;
  const checksum = await firstThere(tree, ['arch/x86_64/airootfs.sha512']);
  const version = (await readTextOf(tree, 'arch/version'))?.trim();
  return {
    id: 'arch',
    title: `Arch Linux ${version ?? ''}`.trim(),
    distribution: 'arch',
    release: version ?? 'unknown',
    architecture: 'amd64',
    files: [
      { role: 'kernel', from: kernel, path: 'vmlinuz-linux' },
      { role: 'initrd', from: initrd, path: 'initramfs-linux.img' },
      { role: 'root-image', from: root, path: root },
      ...(checksum === undefined ? [] : [{ role: 'other' as const, from: checksum, path: checksum }]),
    ],
    boot:
      checksum === undefined
        ? ARCH_BOOT
        : { ...ARCH_BOOT, arguments: [...ARCH_BOOT.arguments, 'checksum=y'] },
    notes: [],
  };
};
