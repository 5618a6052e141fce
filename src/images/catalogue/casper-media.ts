import { firstThere, readTextOf } from '../trees/file-tree.ts';
import { ownShim } from './own-shim.ts';
import { ARCHITECTURE_NAMES, type Recogniser } from './recipe.ts';
import { ramForIsoMiB } from './ubuntu.ts';

/** `Kubuntu 24.04.1 LTS "Noble Numbat" - Release amd64 (20240827)`, `Linux Mint 22 "Wilma" - Release amd64 20240722` */
const DISK_INFO = /^(\D*[^\d\s])\s+(\d+(?:\.\d+)*)\b.*?\b(amd64|arm64)\b/;

/** Ubuntu's netboot page begins with this release: the casper of older ones downloads no ISO. Mint counts the same way. */
const FIRST_RELEASE = 20;

/**
 * Recognises live systems with casper that are not Ubuntu's own: Kubuntu and the other flavours, Mint, Pop!_OS. Like
 * Ubuntu's they download the ISO that `url=` names; `boot=casper` is what their own boot menus give.
 */
export const recogniseCasper: Recogniser = async (tree) => {
  const info = (await readTextOf(tree, '.disk/info'))?.split('\n')[0]?.trim() ?? '';
  const [, name, release, machine] = DISK_INFO.exec(info) ?? [];
  const kernel = await firstThere(tree, ['casper/vmlinuz', 'casper/vmlinuz.efi']);
  const initrd = await firstThere(tree, ['casper/initrd', 'casper/initrd.lz', 'casper/initrd.gz']);
  if (name === undefined || release === undefined || machine === undefined) return undefined;
  if (kernel === undefined || initrd === undefined || Number.parseInt(release, 10) < FIRST_RELEASE) {
    return undefined;
  }
  const architecture = ARCHITECTURE_NAMES[machine] ?? 'amd64';
  const distribution = name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const id = `${distribution}-${release}${architecture === 'amd64' ? '' : `-${architecture}`}`;
  return {
    id,
    title: info,
    distribution,
    release,
    architecture,
    files: [
      { role: 'kernel', from: kernel, path: 'vmlinuz' },
      { role: 'initrd', from: initrd, path: 'initrd' },
      ...(await ownShim(tree, architecture)),
    ],
    rootImageName: `${id}.iso`,
    boot: {
      arguments: ['boot=casper', 'ip=dhcp', 'url={root}', 'cloud-config-url=/dev/null'],
      readsBootif: true,
      seedArguments: [],
      installedArguments: [],
      seedFormat: 'none',
      ramMiB: ramForIsoMiB(tree.sizeBytes ?? 0),
    },
    notes: [],
  };
};
