import type { ImageBoot } from '../../model/image.ts';
import { keyserverUrl, type KeyPin } from '../verify/key-pins.ts';
import type { RemoteImage } from './remote-image.ts';

/**
 * The key of 2022, RSA 4096; the one before it expired in May 2024. Compared with RPM-GPG-KEY-openSUSE-2022 of
 * https://github.com/rpm-software-management/distribution-gpg-keys, where it expires in May 2030 (older copies, such as on
 * key servers: 2026-06-19, so the vendor's copy comes first). How to check: https://en.opensuse.org/SDB:Download_help
 */
const OPENSUSE_KEY: KeyPin = {
  name: 'openSUSE Project Signing Key',
  fingerprints: ['AD485664E901B867051AB15F35A2F86E29B700A4'],
  installedRings: [],
  urls: [
    'https://download.opensuse.org/distribution/leap/16.0/repo/oss/repodata/repomd.xml.key',
    keyserverUrl('AD485664E901B867051AB15F35A2F86E29B700A4'),
  ],
};

/** The last Leap 15, installed by linuxrc and YaST; Leap 16, installed by Agama, a live system. */
export function availableOpensuseImages(): RemoteImage[] {
  return [linuxrcImage('15.6'), agamaImage('16.0')];
}

/** Later releases of Leap 16 are found too: their files have the same names (16.1: github.com/openSUSE/get-o-o _data/161.yml). */
export function findOpensuseImage(id: string): RemoteImage | undefined {
  const release = /^opensuse-leap-(15\.6|16\.\d+)$/.exec(id)?.[1];
  if (release === undefined) return undefined;
  return release.startsWith('15.') ? linuxrcImage(release) : agamaImage(release);
}

/** What a Leap is called, fetched or recognised. */
export function leapIdentity(release: string) {
  return {
    id: `opensuse-leap-${release}`,
    title: `openSUSE Leap ${release} installer`,
    distribution: 'opensuse',
    release,
    architecture: 'amd64',
  } as const;
}

/** The vendor's tree of a Leap 15: kernel, initrd and packages. */
export function leapTree(release: string): string {
  return `https://download.opensuse.org/distribution/leap/${release}/repo/oss/`;
}

/**
 * - install=, autoyast= and ifcfg= (`netsetup=dhcp,all` is its older name): https://en.opensuse.org/SDB:Linuxrc,
 *   https://github.com/openSUSE/linuxrc linuxrc.html and net.c
 * - BOOTIF= : file.c of linuxrc
 * - kernel and initrd: netboot.xyz roles/netbootxyz/templates/menu/opensuse.ipxe.j2
 * - CHECKSUMS with SHA-256 sums and its detached signature at the top of the tree: linuxrc_repo.md of linuxrc, §2.1
 * - the second place has what download.opensuse.org drops some time after the end of a release (15.6: April 2026)
 * - not confirmed: the memory (an estimate: linuxrc keeps the installation system in it)
 */
export const LINUXRC_BOOT: ImageBoot = {
  arguments: ['install={place}', 'ifcfg=*=dhcp'],
  readsBootif: true,
  seedArguments: ['autoyast={seed}autoinst.xml'],
  seedFormat: 'autoyast',
  ramMiB: 2048,
};

function linuxrcImage(release: string): RemoteImage {
  return {
    ...leapIdentity(release),
    ramMiB: LINUXRC_BOOT.ramMiB,
    seedFormat: LINUXRC_BOOT.seedFormat,
    places: [
      leapTree(release),
      `https://ftp5.gwdg.de/pub/opensuse/discontinued/distribution/leap/${release}/repo/oss/`,
    ],
    trust: { kind: 'signed-list', list: 'CHECKSUMS', signatures: ['CHECKSUMS.asc'], key: OPENSUSE_KEY },
    payload: {
      kind: 'files',
      files: [
        { role: 'kernel', name: 'boot/x86_64/loader/linux', path: 'linux' },
        { role: 'initrd', name: 'boot/x86_64/loader/initrd', path: 'initrd' },
      ],
      boot: LINUXRC_BOOT,
    },
  };
}

/**
 * - root=live: with the address of the ISO, which dracut downloads into memory: netboot.xyz opensuse.ipxe.j2 (its issue
 *   1681 tells what happens without); ip= and BOOTIF= : dracut.cmdline(7)
 * - inst.auto= : https://agama-project.github.io/docs/user/reference/boot_options. Agama reads AutoYaST profiles "to some
 *   extent": https://agama-project.github.io/docs/user/unattended/autoyast
 * - memory: 2 GiB (https://agama-project.github.io/docs/devel/live_iso) and the ISO of 650 MiB
 */
export const AGAMA_BOOT: ImageBoot = {
  arguments: ['root=live:{root}', 'ip=dhcp'],
  readsBootif: true,
  seedArguments: ['inst.auto={seed}autoinst.xml'],
  seedFormat: 'autoyast',
  ramMiB: 4096,
};

/**
 * - the ISO's address: netboot.xyz opensuse.ipxe.j2, https://get.opensuse.org/leap/16.0/. It is a link to the newest build
 *   (Leap-16.0-online-installer-x86_64-Build178.27.install.iso in October 2026), and that is the name in the signed list.
 * - .sha512 and .sha512.asc since the rebuilt images of 16.0 and for 16.1: https://github.com/openSUSE/get-o-o/pull/297
 *   (the first ISO of 16.0 had .sha256)
 */
function agamaImage(release: string): RemoteImage {
  const iso = `Leap-${release}-online-installer-x86_64.install.iso`;
  const build = `^Leap-${release.replace('.', '\\.')}-online-installer-x86_64(?:-Build[\\d.]+)?\\.install\\.iso$`;
  return {
    ...leapIdentity(release),
    ramMiB: AGAMA_BOOT.ramMiB,
    seedFormat: AGAMA_BOOT.seedFormat,
    places: [`https://download.opensuse.org/distribution/leap/${release}/offline/`],
    trust: {
      kind: 'signed-list',
      list: `${iso}.sha512`,
      algorithm: 'sha512',
      signatures: [`${iso}.sha512.asc`],
      key: OPENSUSE_KEY,
    },
    payload: { kind: 'iso', name: new RegExp(build) },
  };
}
