import type { ImageBoot } from '../../model/image.ts';
import { keyserverUrl, type KeyPin } from '../verify/key-pins.ts';
import { firstThere, readTextOf } from '../trees/file-tree.ts';
import type { Recogniser } from './recipe.ts';
import type { RemoteImage } from './remote-image.ts';

/**
 * The ISO's detached signature is by Pierre Schmitz: https://archlinux.org/download/. The fingerprint was compared with
 * his key in Debian's package archlinux-keyring 0~20231113 (made of
 * https://gitlab.archlinux.org/archlinux/archlinux-keyring), whose key ring is the first one below; it
 * signed the ISOs of 2026 too.
 */
const ARCH_KEY: KeyPin = {
  name: 'Pierre Schmitz (Arch Linux releases)',
  fingerprints: ['3E80CA1A8B89F69CBA57D98A76A5EF9054449A5C'],
  installedRings: ['/usr/share/keyrings/archlinux.gpg', '/usr/share/pacman/keyrings/archlinux.gpg'],
  urls: [
    // pierre@archlinux.org in the web key directory that the download page asks
    'https://openpgpkey.archlinux.org/.well-known/openpgpkey/archlinux.org/hu/9hy3wi4ewwiicomnjmhewifn6d1gi87i?l=pierre',
    keyserverUrl('3E80CA1A8B89F69CBA57D98A76A5EF9054449A5C'),
  ],
};

/**
 * https://gitlab.archlinux.org/archlinux/mkinitcpio/mkinitcpio-archiso : docs/README.bootparams for archisobasedir, ip and BOOTIF;
 * hooks/archiso_pxe_http joins archiso_http_srv and archisobasedir as they are, so the slash must be there, needs ip= to
 * run at all, and keeps the image in memory. netboot.xyz boots it with the same arguments
 * (roles/netbootxyz/templates/menu/archlinux.ipxe.j2).
 * Not confirmed: the memory. The hook gives the image 75 % of it; the number is an estimate from the image's size.
 */
const ARCH_BOOT: ImageBoot = {
  arguments: ['archisobasedir=arch', 'archiso_http_srv={http}/', 'ip=dhcp'],
  readsBootif: true,
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
      // the mirror that https://archlinux.org/download/ names first; latest/ holds sha256sums.txt, the ISO and its .sig
      places: ['https://geo.mirror.pkgbuild.com/iso/latest/'],
      trust: { kind: 'signed-files', list: 'sha256sums.txt', suffix: '.sig', key: ARCH_KEY },
      payload: { kind: 'iso', name: /^archlinux-\d{4}\.\d\d\.\d\d-x86_64\.iso$/ },
    },
  ];
}

/**
 * Recognises the Arch ISO by /arch; its files keep their paths, since archiso asks for them by these.
 * The image is checked on the machine: by its signature (`cms_verify=y`, which is what the vendor's own PXE configuration
 * does: https://gitlab.archlinux.org/archlinux/archiso configs/releng/syslinux/archiso_pxe-linux.cfg), else by its hash.
 */
export const recogniseArch: Recogniser = async (tree) => {
  const folder = 'arch/boot/x86_64';
  const kernel = await firstThere(tree, [`${folder}/vmlinuz-linux`]);
  const initrd = await firstThere(tree, [`${folder}/initramfs-linux.img`]);
  const root = await firstThere(tree, ['arch/x86_64/airootfs.sfs', 'arch/x86_64/airootfs.erofs']);
  if (kernel === undefined || initrd === undefined || root === undefined) return undefined;
  const signature = await firstThere(tree, [`${root}.cms.sig`]);
  const checksum = await firstThere(tree, ['arch/x86_64/airootfs.sha512']);
  const proof = signature ?? checksum;
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
      ...(proof === undefined ? [] : [{ role: 'other' as const, from: proof, path: proof }]),
    ],
    boot:
      proof === undefined
        ? ARCH_BOOT
        : {
            ...ARCH_BOOT,
            arguments: [...ARCH_BOOT.arguments, proof === signature ? 'cms_verify=y' : 'checksum=y'],
          },
    notes: [],
  };
};
