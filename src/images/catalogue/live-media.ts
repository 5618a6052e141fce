import type { ImageBoot } from '../../model/image.ts';
import { firstThere, readTextOf, type FileTree } from '../trees/file-tree.ts';
import { ARCHITECTURE_NAMES, type Recogniser } from './recipe.ts';

/** What one vendor's live system wants besides `boot=live` and `fetch=`, and how it says what it is. */
interface LiveVendor {
  readonly name: string;
  readonly versionFile: string;
  readonly version: RegExp;
  readonly arguments: readonly string[];
}

/** PXE instructions: https://clonezilla.org/livepxe.php, https://gparted.org/livepxe.php */
const VENDORS: readonly LiveVendor[] = [
  {
    name: 'Clonezilla',
    versionFile: 'Clonezilla-Live-Version',
    version: /clonezilla-live-(\d+(?:[.-]\d+)*)/,
    arguments: [
      'username=user',
      'union=overlay',
      'config',
      'components',
      'noswap',
      'edd=on',
      'nomodeset',
      'ocs_live_run=ocs-live-general',
      'ocs_live_batch=no',
      'net.ifnames=0',
      'noprompt',
    ],
  },
  {
    name: 'GParted',
    versionFile: 'GParted-Live-Version',
    version: /gparted-live-(\d+(?:[.-]\d+)*)/i,
    arguments: ['config', 'components', 'union=overlay', 'username=user', 'noswap', 'noeject'],
  },
];

/** `Debian GNU/Linux 12.5.0 "Bookworm" - Official Snapshot amd64 LIVE/INSTALL Binary 20240210-11:25` */
const DISK_INFO = /^(\S+)(?: GNU\/Linux| Linux)?\s+(\d[\d.]*)\b/;

/**
 * Recognises live systems of Debian's live-boot: Debian live, Kali live, Clonezilla, GParted. `fetch=` takes a squashfs from
 * an address without a host name, and copies it to memory: live-boot(7), which reads BOOTIF= as well. So the machine needs its size and room to work.
 */
export const recogniseLiveBoot: Recogniser = async (tree) => {
  const root = 'live/filesystem.squashfs';
  const rootBytes = await tree.sizeOf(root);
  // Tails has the layout, and an initrd that leaves the network alone
  if (rootBytes === undefined || (await tree.sizeOf('live/Tails.module')) !== undefined) return undefined;
  // since 2019 also with the kernel's version: vmlinuz-6.1.0-18-amd64
  const names = (await tree.list('live')).sort(new Intl.Collator('en', { numeric: true }).compare).reverse();
  const kernel =
    names.find((name) => name === 'vmlinuz') ?? names.find((name) => name.startsWith('vmlinuz-'));
  const initrd = kernel?.replace('vmlinuz', 'initrd.img');
  if (kernel === undefined || initrd === undefined || !names.includes(initrd)) return undefined;
  const facts = await liveFacts(tree);
  const suffix = facts.architecture === 'amd64' ? '' : `-${facts.architecture}`;
  const boot: ImageBoot = {
    arguments: ['boot=live', ...facts.arguments, 'fetch={root}'],
    readsBootif: true,
    seedArguments: [],
    seedFormat: 'none',
    ramMiB: Math.ceil((rootBytes / 1024 ** 2 + 1024) / 512) * 512,
  };
  return {
    id: `${facts.name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}-live-${facts.release}${suffix}`,
    title: `${facts.name} live ${facts.release}`,
    distribution: facts.name.toLowerCase(),
    release: facts.release,
    architecture: facts.architecture,
    files: [
      { role: 'kernel', from: `live/${kernel}`, path: 'vmlinuz' },
      { role: 'initrd', from: `live/${initrd}`, path: 'initrd.img' },
      { role: 'root-image', from: root, path: 'filesystem.squashfs' },
    ],
    boot,
    notes: [],
  };
};

async function liveFacts(tree: FileTree) {
  const info = (await readTextOf(tree, '.disk/info')) ?? '';
  const machine = /\b(amd64|arm64|i386)\b/.exec(`${info} ${tree.volumeId ?? ''} ${tree.origin}`)?.[1];
  const architecture = ARCHITECTURE_NAMES[machine ?? ''] ?? 'amd64';
  for (const vendor of VENDORS) {
    const text = await readTextOf(tree, vendor.versionFile);
    if (text === undefined) continue;
    const release = vendor.version.exec(`${text} ${tree.volumeId ?? ''} ${tree.origin}`)?.[1] ?? 'unknown';
    return { name: vendor.name, release, architecture, arguments: vendor.arguments };
  }
  const [, name = 'Debian', release = 'unknown'] = DISK_INFO.exec(info) ?? [];
  return { name, release, architecture, arguments: ['components'] };
}

/**
 * Recognises SystemRescue: archiso in a folder of its own. Arguments:
 * https://www.system-rescue.org/manual/PXE_network_booting/
 */
export const recogniseSystemRescue: Recogniser = async (tree) => {
  const kernel = await firstThere(tree, ['sysresccd/boot/x86_64/vmlinuz']);
  const initrd = await firstThere(tree, ['sysresccd/boot/x86_64/sysresccd.img']);
  const root = await firstThere(tree, ['sysresccd/x86_64/airootfs.sfs']);
  if (kernel === undefined || initrd === undefined || root === undefined) return undefined;
  const checksum = await firstThere(tree, ['sysresccd/x86_64/airootfs.sha512']);
  const release = (await readTextOf(tree, 'sysresccd/VERSION'))?.trim() ?? 'unknown';
  return {
    id: `systemrescue-${release.toLowerCase().replace(/[^a-z0-9.]+/g, '-')}`,
    title: `SystemRescue ${release}`,
    distribution: 'systemrescue',
    release,
    architecture: 'amd64',
    files: [
      { role: 'kernel', from: kernel, path: 'vmlinuz' },
      { role: 'initrd', from: initrd, path: 'sysresccd.img' },
      { role: 'root-image', from: root, path: root },
      ...(checksum === undefined ? [] : [{ role: 'other' as const, from: checksum, path: checksum }]),
    ],
    boot: {
      arguments: [
        'archisobasedir=sysresccd',
        'archiso_http_srv={http}/',
        'ip=dhcp',
        ...(checksum === undefined ? [] : ['checksum']),
      ],
      readsBootif: true,
      seedArguments: [],
      seedFormat: 'none',
      ramMiB: 2048,
    },
    notes: [],
  };
};
