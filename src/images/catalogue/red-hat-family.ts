import type { ImageBoot } from '../../model/image.ts';
import type { KeyPin } from '../verify/key-pins.ts';
import { keyserverUrl } from '../verify/key-pins.ts';
import { readTextOf } from '../trees/file-tree.ts';
import { ARCHITECTURE_NAMES, type Recogniser } from './recipe.ts';
import type { RemoteImage, Trust } from './remote-image.ts';

/**
 * Anaconda, the installer of Fedora, Rocky and Alma. Its second stage is served from the image's own folder.
 * inst.stage2, inst.ks: https://anaconda-installer.readthedocs.io/en/latest/user-guide/boot-options.html
 * Memory for an installation over the network, 3 GiB:
 * https://docs.redhat.com/en/documentation/red_hat_enterprise_linux/9/html/interactively_installing_rhel_from_installation_media/system-requirements-and-supported-architectures
 */
export const ANACONDA_BOOT: ImageBoot = {
  arguments: ['inst.stage2={http}', 'ip=dhcp'],
  seedArguments: ['inst.ks={seed}ks.cfg'],
  seedFormat: 'kickstart',
  ramMiB: 4096,
};

/** Where the kernel, the initrd and the second stage are: the same on mirrors, in ISOs and in our store. */
const FILES = [
  { role: 'kernel', name: 'images/pxeboot/vmlinuz', path: 'vmlinuz' },
  { role: 'initrd', name: 'images/pxeboot/initrd.img', path: 'initrd.img' },
  { role: 'root-image', name: 'images/install.img', path: 'images/install.img' },
] as const;

/** Keys of the releases: https://fedoraproject.org/security/ ; fingerprints checked against the keys themselves. */
const FEDORA: Readonly<Record<string, string>> = {
  '42': 'https://download.fedoraproject.org/pub/fedora/linux/releases/42/Everything/x86_64/os/',
  '43': 'https://download.fedoraproject.org/pub/fedora/linux/releases/43/Everything/x86_64/os/',
  '44': 'https://download.fedoraproject.org/pub/fedora/linux/releases/44/Everything/x86_64/os/',
};

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

/** https://rockylinux.org/resources/gpg-key-info : CHECKSUM and CHECKSUM.sig beside the ISOs */
const rocky = (release: string, fingerprint: string): Rebuild => ({
  distribution: 'rocky',
  title: `Rocky Linux ${release}`,
  release,
  place: `https://download.rockylinux.org/pub/rocky/${release}/isos/x86_64/`,
  isoName: new RegExp(`^Rocky-${release}\\.\\d+-x86_64-boot\\.iso$`),
  trust: {
    kind: 'signed-list',
    list: 'CHECKSUM',
    signature: 'CHECKSUM.sig',
    key: pin(
      `Rocky Linux ${release} release key`,
      fingerprint,
      `https://dl.rockylinux.org/pub/rocky/RPM-GPG-KEY-Rocky-${release}`,
    ),
  },
});

/** https://wiki.almalinux.org/documentation/installation-guide.html : CHECKSUM is clear-signed */
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

const REBUILDS: readonly Rebuild[] = [
  rocky('9', '21CB256AE16FC54C6E652949702D426D350D275D'),
  rocky('10', 'FC226859C0860BF0DDB95B085B106C736FEDFC85'),
  alma('9', 'BF18AC2876178908D6E71267D36CB86CB86B3716'),
  alma('10', 'EE6DB7B98F5BF5EDD9DA0DE5DEE5C11CC2A1E572'),
];

export function availableRedHatImages(): RemoteImage[] {
  return [
    ...Object.entries(FEDORA).map(([release, place]): RemoteImage => ({
      id: `fedora-${release}`,
      title: `Fedora ${release} installer`,
      distribution: 'fedora',
      release,
      architecture: 'amd64',
      ramMiB: ANACONDA_BOOT.ramMiB,
      seedFormat: ANACONDA_BOOT.seedFormat,
      places: [place],
      // signed lists exist for whole ISOs only, under names that hold a build number
      trust: { kind: 'unsigned-list', list: '.treeinfo' },
      payload: {
        kind: 'files',
        files: FILES,
        boot: { ...ANACONDA_BOOT, arguments: [...ANACONDA_BOOT.arguments, `inst.repo=${place}`] },
      },
    })),
    ...REBUILDS.map(({ distribution, title, release, place, isoName, trust }): RemoteImage => ({
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
    })),
  ];
}

const FAMILY_IDS: Readonly<Record<string, string>> = {
  fedora: 'fedora',
  'rocky linux': 'rocky',
  almalinux: 'almalinux',
  'red hat enterprise linux': 'rhel',
  'centos stream': 'centos-stream',
};

/** Recognises an Anaconda ISO or installation tree by its .treeinfo (productmd's format). */
export const recogniseAnaconda: Recogniser = async (tree) => {
  const info = await readTextOf(tree, '.treeinfo');
  if (info === undefined) return undefined;
  const field = (name: string): string | undefined =>
    new RegExp(`^${name} *= *(.+)$`, 'm').exec(info)?.[1]?.trim();
  const family = field('family') ?? field('name') ?? 'unknown';
  const release = field('version') ?? 'unknown';
  const architecture = ARCHITECTURE_NAMES[field('arch') ?? ''] ?? 'amd64';
  const missing: string[] = [];
  for (const file of FILES) if ((await tree.sizeOf(file.name)) === undefined) missing.push(file.name);
  if (missing.some((name) => name !== 'images/install.img')) return undefined;
  const distribution = FAMILY_IDS[family.toLowerCase()] ?? family.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return {
    id: `${distribution}-${release.toLowerCase()}${architecture === 'amd64' ? '' : `-${architecture}`}`,
    title: `${family} ${release} installer`,
    distribution,
    release,
    architecture,
    files: FILES.filter((file) => !missing.includes(file.name)).map(({ role, name, path }) => ({
      role,
      from: name,
      path,
    })),
    boot: ANACONDA_BOOT,
    notes: missing.length === 0 ? [] : ['it has no images/install.img: give inst.stage2= in boot.arguments'],
  };
};
