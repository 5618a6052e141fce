import type { ImageArchitecture, ImageBoot } from '../../model/image.ts';
import { firstThere, readTextOf, type FileTree } from '../trees/file-tree.ts';
import type { KeyPin } from '../verify/key-pins.ts';
import type { ImageRecipe } from './recipe.ts';
import type { RemoteImage } from './remote-image.ts';

/** Releases and their suites: https://www.debian.org/releases/ (13 is trixie, stable since August 2025) */
export const DEBIAN_RELEASES: Readonly<Record<string, string>> = {
  '11': 'bullseye',
  '12': 'bookworm',
  '13': 'trixie',
};

/**
 * The installer gets everything over the network: no root image.
 * - preseeding: https://www.debian.org/releases/stable/amd64/apbs02.en.html §B.2.3 `auto=true priority=critical`, §B.2.4
 *   `interface=auto` and the alias of preseed/url
 * - no_default_route, get_nameservers: asked before the seed can be fetched, at priority critical, where DHCP names no router
 *   or no name server, and only there (netcfg, dhcp.c)
 * - BOOTIF: netcfg, which takes it before the first card with a link (netcfg-common.c, netcfg_get_interface)
 * - memory: https://www.debian.org/releases/bookworm/amd64/ch03s04.en.html wants 256 MB at least and advises 512 MB
 *   without a desktop, https://www.debian.org/releases/trixie/arm64/ch02s05.en.html 260 MB, the guide of the release after
 *   it 780 MB (https://d-i.debian.org/manual/en.amd64/ch02s05.html); the initrd is unpacked in memory, so 1 GiB is given
 */
export const DEBIAN_BOOT: ImageBoot = {
  arguments: [],
  readsBootif: true,
  seedArguments: [
    'auto=true',
    'priority=critical',
    'interface=auto',
    'netcfg/no_default_route=true',
    'netcfg/get_nameservers=',
    'preseed/url={seed}preseed.cfg',
  ],
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

/**
 * Archive key and stable release key of each release: https://ftp-master.debian.org/keys.html; compared with the keys in
 * Debian's package debian-archive-keyring 2023.3+deb12u2.
 */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  '11': ['1F89983E0081FDE018F3CC9673A4F27B8DD47936', 'A4285295FC7B1A81600062A9605C66F00D6C9793'],
  '12': ['B8B80B5B623EAB6AD8775C45B7C5D7D6350947F8', '4D64FEC119C2029067D6E791F8D2585B8783D481'],
  '13': ['04B54C3CDCA79751B16BC6B5225629DF75B188BD', '41587F7DB8C774BCCF131416762F67A0B2C39DE4'],
};

export function findDebianImage(id: string): RemoteImage | undefined {
  const match = /^debian-(\d+)(?:-(arm64|i386))?$/.exec(id);
  const release = match?.[1] ?? '';
  if (DEBIAN_RELEASES[release] === undefined) return undefined;
  const architecture = (match?.[2] ?? 'amd64') as ImageArchitecture;
  // https://www.debian.org/releases/trixie/release-notes/issues.html : no installer for i386 since 13
  if (architecture === 'i386' && Number(release) >= 13) return undefined;
  return debianImage(release, architecture);
}

export function availableDebianImages(): RemoteImage[] {
  return Object.keys(DEBIAN_RELEASES).map((release) => debianImage(release, 'amd64'));
}

/**
 * The netboot files of the archive: dists/SUITE/InRelease vouches for the installer's SHA256SUMS, and that for the files.
 * Paths: https://www.debian.org/releases/stable/amd64/ch04s05.en.html, netboot.xyz debian.ipxe.j2; releases that are no
 * longer supported move to archive.debian.org (https://www.debian.org/distrib/archive).
 */
function debianImage(release: string, architecture: ImageArchitecture): RemoteImage {
  const codename = DEBIAN_RELEASES[release] ?? '';
  const images = `dists/${codename}/main/installer-${architecture}/current/images`;
  const netboot = `${images}/netboot/debian-installer/${architecture}`;
  return {
    id: debianId(release, architecture),
    title: `Debian ${release} (${codename}) installer`,
    distribution: 'debian',
    release,
    architecture,
    ramMiB: DEBIAN_BOOT.ramMiB,
    seedFormat: DEBIAN_BOOT.seedFormat,
    places: ['https://ftp.debian.org/debian/', 'https://archive.debian.org/debian/'],
    trust: {
      kind: 'debian-archive',
      codename,
      inRelease: `dists/${codename}/InRelease`,
      list: `${images}/SHA256SUMS`,
      key: debianKey(release),
    },
    payload: {
      kind: 'files',
      files: [
        { role: 'kernel', name: `${netboot}/linux`, path: 'linux' },
        { role: 'initrd', name: `${netboot}/initrd.gz`, path: 'initrd.gz' },
      ],
      boot: DEBIAN_BOOT,
    },
  };
}

/** The keys that sign the Release files of one Debian release. */
export function debianKey(release: string): KeyPin {
  return {
    name: `Debian Archive Automatic Signing Key (${release}/${DEBIAN_RELEASES[release] ?? ''})`,
    fingerprints: KEYS[release] ?? [],
    installedRings: [
      '/usr/share/keyrings/debian-archive-keyring.gpg',
      '/usr/share/keyrings/debian-archive-keyring.pgp',
    ],
    urls: [`https://ftp-master.debian.org/keys/archive-key-${release}.asc`],
  };
}
