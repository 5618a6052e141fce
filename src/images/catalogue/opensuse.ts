import type { ImageBoot } from '../../model/image.ts';
import { keyserverUrl, type KeyPin } from '../verify/key-pins.ts';
import { firstThere } from '../trees/file-tree.ts';
import type { Recogniser } from './recipe.ts';
import type { RemoteImage } from './remote-image.ts';

/**
 * The key of 2022, RSA 4096; the one before it expired in May 2024. It signs the ISOs of Leap 15.6 and is the repository
 * key of 16.0, where it expires in 2030 (older copies: 2026-06-19). How to check: https://en.opensuse.org/SDB:Download_help
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

/** Leap 15, installed by linuxrc and YaST; Leap 16, installed by Agama, a live system. */
export function availableOpensuseImages(): RemoteImage[] {
  return [linuxrcImage('15.6'), agamaImage('16.0')];
}

/**
 * - install=, autoyast= and ifcfg= (`netsetup=dhcp,all` is its older name): https://en.opensuse.org/SDB:Linuxrc,
 *   https://github.com/openSUSE/linuxrc linuxrc.html and net.c
 * - kernel and initrd: netboot.xyz roles/netbootxyz/templates/menu/opensuse.ipxe.j2
 * - not confirmed: that CHECKSUMS at the top of the tree names the two files and CHECKSUMS.asc signs it, and the memory
 *   (an estimate: linuxrc keeps the installation system in it)
 */
function linuxrcImage(release: string): RemoteImage {
  const place = `https://download.opensuse.org/distribution/leap/${release}/repo/oss/`;
  return {
    id: `opensuse-leap-${release}`,
    title: `openSUSE Leap ${release} installer`,
    distribution: 'opensuse',
    release,
    architecture: 'amd64',
    ramMiB: 2048,
    seedFormat: 'autoyast',
    places: [place],
    trust: { kind: 'signed-list', list: 'CHECKSUMS', signatures: ['CHECKSUMS.asc'], key: OPENSUSE_KEY },
    payload: {
      kind: 'files',
      files: [
        { role: 'kernel', name: 'boot/x86_64/loader/linux', path: 'linux' },
        { role: 'initrd', name: 'boot/x86_64/loader/initrd', path: 'initrd' },
      ],
      boot: {
        arguments: [`install=${place}`, 'ifcfg=*=dhcp'],
        seedArguments: ['autoyast={seed}autoinst.xml'],
        seedFormat: 'autoyast',
        ramMiB: 2048,
      },
    },
  };
}

/**
 * - root=live: with the address of the ISO, which dracut downloads into memory: netboot.xyz opensuse.ipxe.j2 (its issue
 *   1681 tells what happens without); ip= : dracut.cmdline(7)
 * - inst.auto= : https://agama-project.github.io/docs/user/reference/boot_options. Agama reads AutoYaST profiles "to some
 *   extent": https://agama-project.github.io/docs/user/unattended/autoyast
 * - memory: 2 GiB (https://agama-project.github.io/docs/devel/live_iso) and the ISO of 650 MiB
 */
const AGAMA_BOOT: ImageBoot = {
  arguments: ['root=live:{root}', 'ip=dhcp'],
  seedArguments: ['inst.auto={seed}autoinst.xml'],
  seedFormat: 'autoyast',
  ramMiB: 4096,
};

/**
 * The ISO's address: netboot.xyz opensuse.ipxe.j2, https://get.opensuse.org/leap/16.0/.
 * Not confirmed for 16.0: .sha256 and .sha256.asc beside it, the way of all ISOs of openSUSE before it.
 */
function agamaImage(release: string): RemoteImage {
  const iso = `Leap-${release}-online-installer-x86_64.install.iso`;
  return {
    id: `opensuse-leap-${release}`,
    title: `openSUSE Leap ${release} installer`,
    distribution: 'opensuse',
    release,
    architecture: 'amd64',
    ramMiB: AGAMA_BOOT.ramMiB,
    seedFormat: AGAMA_BOOT.seedFormat,
    places: [`https://download.opensuse.org/distribution/leap/${release}/offline/`],
    trust: {
      kind: 'signed-list',
      list: `${iso}.sha256`,
      signatures: [`${iso}.sha256.asc`],
      key: OPENSUSE_KEY,
    },
    payload: { kind: 'iso', name: new RegExp(`^${iso.replaceAll('.', '\\.')}$`) },
  };
}

/** Recognises the ISO of Leap 16 by kiwi's layout of a live image: the loader's folder of SUSE with LiveOS beside it. */
export const recogniseAgama: Recogniser = async (tree) => {
  const folder = 'boot/x86_64/loader';
  const kernel = await firstThere(tree, [`${folder}/linux`]);
  const initrd = await firstThere(tree, [`${folder}/initrd`]);
  const live = await firstThere(tree, ['LiveOS/squashfs.img']);
  if (kernel === undefined || initrd === undefined || live === undefined) return undefined;
  const release = /\bLeap-(\d+\.\d+)-/.exec(tree.origin)?.[1] ?? 'unknown';
  return {
    id: `opensuse-leap-${release}`,
    title: `openSUSE Leap ${release === 'unknown' ? '(unknown release)' : release} installer`,
    distribution: 'opensuse',
    release,
    architecture: 'amd64',
    files: [
      { role: 'kernel', from: kernel, path: 'linux' },
      { role: 'initrd', from: initrd, path: 'initrd' },
    ],
    rootImageName: `leap-${release}-installer.iso`,
    boot: AGAMA_BOOT,
    notes: [],
  };
};
