import { firstThere, readTextOf, type FileTree } from '../trees/file-tree.ts';
import { DEBIAN_RELEASES } from './debian.ts';

/** A medium that was recognised, and why it cannot be booted over the network as it is. */
export interface Unbootable {
  readonly title: string;
  readonly why: string;
  readonly next: string;
}

type Look = (tree: FileTree) => Promise<Unbootable | undefined>;

const hasOne = async (tree: FileTree, paths: readonly string[]): Promise<boolean> =>
  (await firstThere(tree, paths)) !== undefined;

/** Windows is a UDF disc; its ISO 9660 side has the one file that says so. */
const windows: Look = async (tree) => {
  const readme = (await readTextOf(tree, 'README.TXT')) ?? (await readTextOf(tree, 'readme.txt')) ?? '';
  const isUdf = readme.includes('ISO-13346');
  const isNamed = /_(X64|X86|ARM?64|A64)FREE?_/i.test(tree.volumeId ?? '');
  if (!isUdf && !isNamed && !(await hasOne(tree, ['sources/boot.wim']))) return undefined;
  return {
    title: isUdf && !isNamed ? 'a UDF disc, most likely Windows' : 'a Windows installation medium',
    why: 'Windows has no Linux kernel and initrd: it needs wimboot and a Windows PE of its own',
    next: 'install Windows from a USB stick, or with https://ipxe.org/wimboot',
  };
};

/** The installer of a CD image has no network root: it insists on the medium it was made for. */
const debianInstallerCd: Look = async (tree) => {
  const kernels = ['install.amd/vmlinuz', 'install.a64/vmlinuz', 'install.386/vmlinuz', 'install/vmlinuz'];
  if (!(await hasOne(tree, kernels))) return undefined;
  const info = (await readTextOf(tree, '.disk/info'))?.split('\n')[0]?.trim() ?? '';
  const release = /^Debian GNU\/Linux (\d+)/.exec(info)?.[1] ?? '';
  const isUbuntu = /^Ubuntu/.test(info);
  return {
    title: info === '' ? 'a debian-installer CD' : info,
    why: 'the initrd of a debian-installer CD looks for that CD or stick, which a network boot does not have',
    next:
      DEBIAN_RELEASES[release] !== undefined
        ? `pxectl fetch debian-${release}: the same installer, made for the network`
        : isUbuntu
          ? 'pxectl fetch ubuntu-20.04: the first release whose image boots over the network'
          : "pxectl fetch the distribution's netboot tarball (netboot.tar.gz)",
  };
};

const oldCasper: Look = async (tree) => {
  if (!(await hasOne(tree, ['casper/vmlinuz', 'casper/vmlinuz.efi']))) return undefined;
  const info = (await readTextOf(tree, '.disk/info'))?.split('\n')[0]?.trim();
  return {
    title: info ?? 'a live system with casper',
    why: 'a casper older than that of Ubuntu 20.04 downloads no ISO, and this one does not say that it is newer',
    next: 'pxectl fetch ubuntu-24.04, or an image that is based on Ubuntu 20.04 or later',
  };
};

const proxmox: Look = async (tree) => {
  if (!(await hasOne(tree, ['boot/linux26'])) || !(await hasOne(tree, ['.cd-info', 'pve-base.squashfs']))) {
    return undefined;
  }
  const cdInfo = (await readTextOf(tree, '.cd-info')) ?? '';
  const product = /^PRODUCTLONG='?([^'\n]+)/m.exec(cdInfo)?.[1] ?? 'Proxmox';
  const release = /^RELEASE='?([^'\n]+)/m.exec(cdInfo)?.[1] ?? '';
  return {
    title: `${product} ${release}`.trim(),
    why: 'its initrd downloads nothing: the whole ISO would have to be packed into it',
    next: 'pxectl fetch debian-13 and install Proxmox on top: https://pve.proxmox.com/wiki/Category:Installation',
  };
};

const dracutLive: Look = async (tree) => {
  if (!(await hasOne(tree, ['LiveOS/squashfs.img']))) return undefined;
  return {
    title: `a live system${tree.volumeId === undefined ? '' : ` (${tree.volumeId})`}`,
    why: 'whether the initrd of a live desktop downloads its root image differs from image to image',
    next: "take the distribution's boot or netinst ISO, which is made for it: pxectl images --available",
  };
};

const foreign = (title: string, paths: readonly string[], why: string, next: string): Look => {
  return async (tree) => {
    for (const path of paths) if (!(await hasOne(tree, [path]))) return undefined;
    return { title, why, next };
  };
};

const memtest: Look = async (tree) =>
  tree.volumeId?.startsWith('MT86PLUS') === true
    ? {
        title: 'Memtest86+',
        why: 'it is one program without an initrd, and pxectl boots a kernel with its initrd',
        next: 'start it from a USB stick, or test memory in SystemRescue: pxectl fetch its ISO',
      }
    : undefined;

/** In order: the first that knows the medium speaks. */
const LOOKS: readonly Look[] = [
  windows,
  debianInstallerCd,
  oldCasper,
  proxmox,
  dracutLive,
  memtest,
  foreign(
    'a VMware ESXi installer',
    ['boot.cfg', 'mboot.c32'],
    "ESXi is loaded by VMware's own mboot, not as a Linux kernel with an initrd",
    'its PXE set-up is in the guide "VMware ESXi Installation and Setup"',
  ),
  foreign(
    'a FreeBSD image',
    ['boot/kernel/kernel', 'boot/loader'],
    'FreeBSD has no Linux kernel and initrd: its loader wants an NFS root or a memory disk',
    'pxectl images --available shows what can be booted',
  ),
  foreign(
    'a NixOS image',
    ['nix-store.squashfs'],
    'its initrd looks for the medium; NixOS builds other files for the network',
    'build its netboot files (https://nixos.org/manual/nixos/stable/#sec-booting-from-pxe)',
  ),
  foreign(
    'Tails',
    ['live/Tails.module'],
    'its initrd leaves the network alone on purpose',
    'start Tails from a USB stick',
  ),
];

/** Says what a medium is that no recogniser wanted; undefined when it is unknown. */
export async function findUnbootable(tree: FileTree): Promise<Unbootable | undefined> {
  for (const look of LOOKS) {
    const found = await look(tree);
    if (found !== undefined) return found;
  }
  return undefined;
}
