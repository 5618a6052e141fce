import type { ImageArchitecture, ImageBoot, SeedFormat } from '../../model/image.ts';
import { firstThere, readTextOf } from '../trees/file-tree.ts';
import { UBUNTU_CD_IMAGE } from '../verify/key-pins.ts';
import { ownShim } from './own-shim.ts';
import type { ImageRecipe, Recogniser } from './recipe.ts';
import type { RemoteImage } from './remote-image.ts';

/**
 * Releases with a subiquity installer that are offered; names as in https://wiki.ubuntu.com/Releases and
 * https://releases.ubuntu.com/. The point release is not written down: SHA256SUMS says which is the newest
 * (26.04.1 in October 2026: https://releases.ubuntu.com/26.04/ubuntu-26.04.1-live-server-amd64.iso).
 */
const RELEASES: readonly { readonly version: string; readonly codename: string }[] = [
  { version: '20.04', codename: 'focal' },
  { version: '22.04', codename: 'jammy' },
  { version: '24.04', codename: 'noble' },
  { version: '26.04', codename: 'resolute' },
];

type Flavour = 'live-server' | 'desktop' | 'netboot';

/**
 * The ISO is downloaded into memory and unpacked there: "a little over 2x the size of the image",
 * https://github.com/canonical/subiquity NETBOOT_TESTS.md. The number here is for `images --available`, before the size
 * of the ISO is known.
 */
const TYPICAL_RAM_MIB: Readonly<Record<Flavour, Readonly<Record<string, number>>>> = {
  'live-server': { '20.04': 4096, '22.04': 5120, '24.04': 8192, '26.04': 8192 },
  desktop: { '20.04': 10240, '22.04': 12288, '24.04': 16384, '26.04': 16384 },
  netboot: { '24.04': 8192, '26.04': 8192 },
};

/** Memory for an ISO of a known size: twice the image and 1 GiB for the running system, in steps of 512 MiB. */
export function ramForIsoMiB(isoSizeBytes: number): number {
  return Math.ceil((2 * (isoSizeBytes / 1024 ** 2) + 1024) / 512) * 512;
}

/**
 * Kernel arguments:
 * - `ip=dhcp`, `url=` and `cloud-config-url=/dev/null` (else cloud-init reads the ISO's URL as its own and downloads it
 *   a second time):
 *   https://documentation.ubuntu.com/server/how-to/installation/how-to-netboot-the-server-installer-on-amd64/
 * - `root=/dev/ram0 ramdisk_size=` stands on that page for every release, and netboot.xyz gives it too (ubuntu.ipxe.j2),
 *   but the root file system is casper's and not a ram disk: it is given to 20.04 only, whose instructions it comes from.
 *   The page on UEFI and arm64 beside it boots without.
 * - `BOOTIF`: configure_networking in scripts/functions of initramfs-tools, which casper calls
 * - `autoinstall` with a NoCloud seed: https://github.com/canonical/subiquity doc/howto/autoinstall-quickstart.rst.
 *   A cloud-init of the age of 20.04 and 22.04 takes a URL only under the name `nocloud-net`, and in either case only
 *   with a slash at its end: https://github.com/canonical/cloud-init doc/rtd/reference/datasources/nocloud.rst as of 22.x.
 *   That name is deprecated since 24.1, which 24.04 has (cloudinit/sources/DataSourceNoCloud.py).
 */
export function ubuntuBoot(version: string, flavour: Flavour, ramMiB: number): ImageBoot {
  const isFocal = version.startsWith('20.04');
  const seedFormat = seedFormatOf(version, flavour);
  const source = compareVersions(version, '24.04') >= 0 ? 'nocloud' : 'nocloud-net';
  return {
    arguments: [
      ...(isFocal ? ['root=/dev/ram0', 'ramdisk_size=1500000'] : []),
      'ip=dhcp',
      'url={root}',
      'cloud-config-url=/dev/null',
    ],
    readsBootif: true,
    seedArguments: seedFormat === 'none' ? [] : ['autoinstall', `ds=${source};s={seed}`],
    installedArguments: [],
    seedFormat,
    ramMiB,
  };
}

/** Desktop images got the subiquity installer with 23.04; before that there is no seed that fits `url=`. */
function seedFormatOf(version: string, flavour: Flavour): SeedFormat {
  return flavour !== 'desktop' || compareVersions(version, '23.04') >= 0 ? 'autoinstall' : 'none';
}

export function compareVersions(a: string, b: string): number {
  return new Intl.Collator('en', { numeric: true }).compare(a, b);
}

/** `ubuntu-24.04`, `ubuntu-20.04.3`, `ubuntu-24.04-desktop`, each also with `-arm64`. */
export function findUbuntuImage(id: string): RemoteImage | undefined {
  const match = /^ubuntu-(\d\d\.\d\d)(\.\d+)?(-desktop|-netboot)?(-arm64)?$/.exec(id);
  const release = RELEASES.find((candidate) => candidate.version === match?.[1]);
  if (match === null || release === undefined) return undefined;
  return ubuntuImage(
    release,
    match[2] ?? '',
    match[3] === '-desktop' ? 'desktop' : match[3] === '-netboot' ? 'netboot' : 'live-server',
    match[4] === undefined ? 'amd64' : 'arm64',
  );
}

export function availableUbuntuImages(): RemoteImage[] {
  return RELEASES.flatMap((release) => [
    ...(release.version === '20.04' ? [ubuntuImage(release, '.3', 'live-server', 'amd64')] : []),
    ubuntuImage(release, '', 'live-server', 'amd64'),
    ubuntuImage(release, '', 'desktop', 'amd64'),
    // https://github.com/canonical/subiquity NETBOOT_TESTS.md: noble/ubuntu-24.04-netboot-amd64.tar.gz; 22.04 has none
    ...(release.version >= '24.04' ? [ubuntuImage(release, '', 'netboot', 'amd64')] : []),
  ]);
}

function ubuntuImage(
  release: (typeof RELEASES)[number],
  point: string,
  flavour: Flavour,
  architecture: ImageArchitecture,
): RemoteImage {
  const version = release.version + point;
  const escaped = version.replaceAll('.', '\\.');
  const pattern = `^ubuntu-${escaped}${point === '' ? '(\\.\\d+)?' : ''}-${flavour}-${architecture}\\.${flavour === 'netboot' ? 'tar\\.gz' : 'iso'}$`;
  const suffix = `${flavour === 'live-server' ? '' : `-${flavour}`}${architecture === 'amd64' ? '' : `-${architecture}`}`;
  const ramMiB = TYPICAL_RAM_MIB[flavour][release.version] ?? 8192;
  // SHA256SUMS of 24.04.4 and of 26.04.1 name the ISOs and the WSL image, and no netboot tarball
  const leavesOut = {
    listedEnd: `-live-server-${architecture}.iso`,
    unlistedEnd: `-netboot-${architecture}.tar.gz`,
    instead: `ubuntu-${version}${architecture === 'amd64' ? '' : `-${architecture}`}`,
  };
  return {
    id: `ubuntu-${version}${suffix}`,
    title: `Ubuntu ${version} (${release.codename}) ${flavour}${flavour === 'netboot' ? ', unsigned' : ''}`,
    distribution: 'ubuntu',
    release: version,
    architecture,
    ramMiB,
    seedFormat: seedFormatOf(version, flavour),
    places: placesOf(release, version, architecture),
    trust: {
      kind: 'signed-list',
      list: 'SHA256SUMS',
      signatures: ['SHA256SUMS.gpg'],
      key: UBUNTU_CD_IMAGE,
      ...(flavour === 'netboot' ? { leavesOut } : {}),
    },
    payload: { kind: flavour === 'netboot' ? 'tarball' : 'iso', name: new RegExp(pattern) },
  };
}

/**
 * The current point release is on releases.ubuntu.com, superseded ones move to old-releases
 * (https://documentation.ubuntu.com/server/how-to/installation/netboot-the-server-installer-via-uefi-pxe-on-arm-aarch64-arm64-and-x86-64-amd64/
 * links 20.04.5 there); arm64 is on cdimage (netboot.xyz ubuntu.ipxe.j2).
 */
function placesOf(
  release: (typeof RELEASES)[number],
  version: string,
  architecture: ImageArchitecture,
): string[] {
  const folders = [...new Set([version, release.version, release.codename])];
  const old = folders.map((folder) => `https://old-releases.ubuntu.com/releases/${folder}/`);
  if (architecture !== 'amd64') {
    return [...folders.map((folder) => `https://cdimage.ubuntu.com/releases/${folder}/release/`), ...old];
  }
  return [...folders.map((folder) => `https://releases.ubuntu.com/${folder}/`), ...old];
}

/** `.disk/info`: `Ubuntu-Server 20.04.3 LTS "Focal Fossa" - Release amd64 (20210824)` */
const DISK_INFO = /^Ubuntu(-Server)?\s+(\d\d\.\d\d(?:\.\d+)?)\s.*?\b(amd64|arm64)\b/;

/** Recognises an Ubuntu ISO by .disk/info and its casper folder. */
export const recogniseUbuntuIso: Recogniser = async (tree): Promise<ImageRecipe | undefined> => {
  const info = await readTextOf(tree, '.disk/info');
  const match = DISK_INFO.exec(info ?? '');
  const version = match?.[2];
  // the casper of older ones downloads no ISO
  if (match === null || version === undefined || compareVersions(version, '20.04') < 0) return undefined;
  const kernel = await firstThere(tree, ['casper/vmlinuz', 'casper/vmlinuz.efi']);
  const initrd = await firstThere(tree, ['casper/initrd', 'casper/initrd.lz', 'casper/initrd.gz']);
  if (kernel === undefined || initrd === undefined) return undefined;
  const flavour: Flavour = match[1] === undefined ? 'desktop' : 'live-server';
  const architecture = match[3] === 'arm64' ? 'arm64' : 'amd64';
  const hweKernel = await firstThere(tree, ['casper/hwe-vmlinuz']);
  const hweInitrd = await firstThere(tree, ['casper/hwe-initrd']);
  const hasHwe = hweKernel !== undefined && hweInitrd !== undefined;
  const suffix = `${flavour === 'desktop' ? '-desktop' : ''}${architecture === 'amd64' ? '' : `-${architecture}`}`;
  const name = `ubuntu-${version}-${flavour}-${architecture}.iso`;
  return {
    id: `ubuntu-${version}${suffix}`,
    title: (info ?? '').split('\n')[0]?.trim() ?? `Ubuntu ${version}`,
    distribution: 'ubuntu',
    release: version,
    architecture,
    files: [
      { role: 'kernel', from: kernel, path: 'vmlinuz' },
      { role: 'initrd', from: initrd, path: 'initrd' },
      ...(hasHwe
        ? ([
            { role: 'kernel-hwe', from: hweKernel, path: 'hwe-vmlinuz' },
            { role: 'initrd-hwe', from: hweInitrd, path: 'hwe-initrd' },
          ] as const)
        : []),
      ...(await ownShim(tree, architecture)),
    ],
    rootImageName: name,
    boot: ubuntuBoot(version, flavour, ramForIsoMiB(tree.sizeBytes ?? 0)),
    notes: [],
  };
};
