import type { ImageBoot } from '../../model/image.ts';
import type { KeyPin } from '../verify/key-pins.ts';
import { keyserverUrl } from '../verify/key-pins.ts';
import type { RemoteImage, Trust } from './remote-image.ts';

/**
 * Anaconda, the installer of Fedora, Rocky and Alma.
 * - inst.stage2 (where the runtime image is; packages there are ignored), inst.repo (where the packages are), inst.ks:
 *   https://github.com/rhinstaller/anaconda docs/user-guide/boot-options.rst. The second stage comes from the image's own
 *   folder: without a .treeinfo there, anaconda takes images/install.img below it (dracut/anaconda-lib.sh, anaconda_net_root).
 * - ip=dhcp, BOOTIF=: dracut.cmdline(7), which that page refers to; netboot.xyz gives it too (fedora.ipxe.j2, rockylinux.ipxe.j2)
 * - memory: Red Hat's guide of RHEL 9 asks for 3 GiB for an installation over the network. Not confirmed for the others,
 *   so 4 GiB is given
 */
export const ANACONDA_BOOT: ImageBoot = {
  arguments: ['inst.stage2={http}', 'ip=dhcp'],
  readsBootif: true,
  seedArguments: ['inst.ks={seed}ks.cfg'],
  seedFormat: 'kickstart',
  ramMiB: 4096,
};

/** Where the kernel, the initrd and the second stage are: the same on mirrors, in ISOs and in our store. */
export const ANACONDA_FILES = [
  { role: 'kernel', name: 'images/pxeboot/vmlinuz', path: 'vmlinuz' },
  { role: 'initrd', name: 'images/pxeboot/initrd.img', path: 'initrd.img' },
  { role: 'root-image', name: 'images/install.img', path: 'images/install.img' },
] as const;

/**
 * Releases that are listed, the last three (each has updates for about 13 months:
 * https://docs.fedoraproject.org/en-US/releases/lifecycle/). Others are found by their number.
 */
const FEDORA = ['43', '44', '45'];

/**
 * The installation trees of the vendors, as netboot.xyz uses them on other mirrors: fedora.ipxe.j2 (releases/RELEASE/
 * Everything), rockylinux.ipxe.j2 and almalinux.ipxe.j2 (MAJOR/BaseOS). Boot ISOs have no packages, so without it the
 * installer stops and asks. download.fedoraproject.org redirects to a mirror near by.
 */
export const REPOSITORIES: Readonly<Record<string, (release: string, machine: string) => string>> = {
  fedora: fedoraTree,
  rocky: (release, machine) =>
    `https://download.rockylinux.org/pub/rocky/${majorOf(release)}/BaseOS/${machine}/os/`,
  almalinux: (release, machine) =>
    `https://repo.almalinux.org/almalinux/${majorOf(release)}/BaseOS/${machine}/os/`,
};

function fedoraTree(release: string, machine: string): string {
  return `https://download.fedoraproject.org/pub/fedora/linux/releases/${release}/Everything/${machine}/os/`;
}

/** Where a release goes some time after its end: 42 was there in summer 2026, and no longer in the folder above. */
function fedoraArchive(release: string, machine: string): string {
  return `https://archives.fedoraproject.org/pub/archive/fedora/linux/releases/${release}/Everything/${machine}/os/`;
}

const majorOf = (release: string): string => release.split('.')[0] ?? release;

/** The arguments, with the vendor's repository where there is one that needs no subscription. */
export function anacondaBoot(repository: string | undefined): ImageBoot {
  return repository === undefined
    ? ANACONDA_BOOT
    : { ...ANACONDA_BOOT, arguments: [...ANACONDA_BOOT.arguments, `inst.repo=${repository}`] };
}

interface Rebuild {
  readonly distribution: 'rocky' | 'almalinux';
  readonly title: string;
  readonly release: string;
  readonly place: string;
  readonly isoName: RegExp;
  readonly trust: Trust;
}

const pin = (name: string, fingerprint: string, url: string): KeyPin => ({
  name,
  fingerprints: [fingerprint],
  installedRings: [],
  urls: [url, keyserverUrl(fingerprint)],
});

/**
 * Keys and fingerprints: https://rockylinux.org/resources/gpg-key-info. CHECKSUM lies beside the ISOs, its signature is
 * CHECKSUM.sig up to 9 and CHECKSUM.asc since 10 (Rocky's documentation, "Verifying the installer ISO file"); later ISOs
 * of 9 have the new name too.
 */
const rocky = (release: string, fingerprint: string): Rebuild => ({
  distribution: 'rocky',
  title: `Rocky Linux ${release}`,
  release,
  place: `https://download.rockylinux.org/pub/rocky/${release}/isos/x86_64/`,
  isoName: new RegExp(`^Rocky-${release}\\.\\d+-x86_64-boot\\.iso$`),
  trust: {
    kind: 'signed-list',
    list: 'CHECKSUM',
    signatures: ['CHECKSUM.asc', 'CHECKSUM.sig'],
    key: pin(
      `Rocky Linux ${release} release key`,
      fingerprint,
      `https://dl.rockylinux.org/pub/rocky/RPM-GPG-KEY-Rocky-${release}`,
    ),
  },
});

/** CHECKSUM is clear-signed; keys and places: https://wiki.almalinux.org/documentation/installation-guide.html */
const alma = (release: string, fingerprint: string): Rebuild => ({
  distribution: 'almalinux',
  title: `AlmaLinux ${release}`,
  release,
  place: `https://repo.almalinux.org/almalinux/${release}/isos/x86_64/`,
  isoName: new RegExp(`^AlmaLinux-${release}\\.\\d+-x86_64-boot\\.iso$`),
  trust: {
    kind: 'clearsigned-list',
    list: 'CHECKSUM',
    key: pin(
      `AlmaLinux ${release} release key`,
      fingerprint,
      `https://repo.almalinux.org/almalinux/RPM-GPG-KEY-AlmaLinux-${release}`,
    ),
  },
});

/**
 * Fingerprints: those of the key files in https://github.com/rpm-software-management/distribution-gpg-keys (keys/rocky,
 * keys/alma), and as public image builders pin them from the pages above. None of these keys expires.
 */
const REBUILDS: readonly Rebuild[] = [
  rocky('9', '21CB256AE16FC54C6E652949702D426D350D275D'),
  rocky('10', 'FC226859C0860BF0DDB95B085B106C736FEDFC85'),
  alma('9', 'BF18AC2876178908D6E71267D36CB86CB86B3716'),
  alma('10', 'EE6DB7B98F5BF5EDD9DA0DE5DEE5C11CC2A1E572'),
];

export function availableRedHatImages(): RemoteImage[] {
  return [...FEDORA.map(fedoraImage), ...REBUILDS.map(rebuildImage)];
}

/** `fedora-45`, and each release before and after it; of the rebuilds those whose key is known. */
export function findRedHatImage(id: string): RemoteImage | undefined {
  const fedora = /^fedora-(\d{2})$/.exec(id)?.[1];
  return fedora === undefined
    ? REBUILDS.map(rebuildImage).find((image) => image.id === id)
    : fedoraImage(fedora);
}

function fedoraImage(release: string): RemoteImage {
  return {
    id: `fedora-${release}`,
    title: `Fedora ${release} installer`,
    distribution: 'fedora',
    release,
    architecture: 'amd64',
    ramMiB: ANACONDA_BOOT.ramMiB,
    seedFormat: ANACONDA_BOOT.seedFormat,
    places: [fedoraTree(release, 'x86_64'), fedoraArchive(release, 'x86_64')],
    // signed lists exist for whole ISOs only, under names that hold a build number
    trust: { kind: 'unsigned-list', list: '.treeinfo' },
    payload: { kind: 'files', files: ANACONDA_FILES, boot: anacondaBoot('{place}') },
  };
}

function rebuildImage({ distribution, title, release, place, isoName, trust }: Rebuild): RemoteImage {
  return {
    id: `${distribution}-${release}`,
    title: `${title} installer`,
    distribution,
    release,
    architecture: 'amd64',
    ramMiB: ANACONDA_BOOT.ramMiB,
    seedFormat: ANACONDA_BOOT.seedFormat,
    places: [place],
    trust,
    payload: { kind: 'iso', name: isoName },
  };
}
