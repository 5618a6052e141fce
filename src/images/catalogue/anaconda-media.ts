import type { ImageArchitecture } from '../../model/image.ts';
import { firstThere, readTextOf, type FileTree } from '../trees/file-tree.ts';
import { ownShim } from './own-shim.ts';
import { ARCHITECTURE_NAMES, type Recogniser } from './recipe.ts';
import { ANACONDA_FILES, anacondaBoot, REPOSITORIES } from './red-hat-family.ts';

const FAMILY_IDS: Readonly<Record<string, string>> = {
  fedora: 'fedora',
  'rocky linux': 'rocky',
  almalinux: 'almalinux',
  'red hat enterprise linux': 'rhel',
  'centos stream': 'centos-stream',
};

interface Product {
  readonly family: string;
  readonly release: string;
  readonly architecture: ImageArchitecture;
}

/** A key of one section of a .treeinfo: keys such as `version` stand in several of them. */
function fieldOf(treeinfo: string, section: string, key: string): string | undefined {
  const body = treeinfo.split(/^\[/m).find((part) => part.startsWith(`${section}]`));
  return new RegExp(`^${key} *= *(.+)$`, 'm').exec(body ?? '')?.[1]?.trim();
}

/** productmd's format, in DVDs and installation trees. */
function productOfTreeinfo(treeinfo: string): Product {
  const field = (section: string, key: string) => fieldOf(treeinfo, section, key);
  return {
    family: field('general', 'family') ?? field('release', 'name') ?? 'unknown',
    release: field('general', 'version') ?? field('release', 'version') ?? 'unknown',
    architecture: ARCHITECTURE_NAMES[field('general', 'arch') ?? field('tree', 'arch') ?? ''] ?? 'amd64',
  };
}

/**
 * Boot and netinst ISOs have no .treeinfo (https://github.com/weldr/lorax issue 187; x86.tmpl, aarch64.tmpl): what they are
 * stands in the boot menu, `Install Rocky Linux 9.5`, and newer ones have the architecture in .discinfo.
 */
async function productOfBootMenu(tree: FileTree): Promise<Product | undefined> {
  const menus = ['EFI/BOOT/grub.cfg', 'boot/grub2/grub.cfg', 'isolinux/isolinux.cfg'];
  const menu = await firstThere(tree, menus);
  const text = menu === undefined ? undefined : await readTextOf(tree, menu);
  const [, family, release] = /['^]Install (\S.*?) (\d+(?:\.\d+)*|rawhide)\b/i.exec(text ?? '') ?? [];
  if (family === undefined || release === undefined) return undefined;
  const machine = (await readTextOf(tree, '.discinfo'))?.split('\n')[2]?.trim();
  const isArm = (await firstThere(tree, ['EFI/BOOT/BOOTAA64.EFI'])) !== undefined;
  return {
    family,
    release,
    architecture: ARCHITECTURE_NAMES[machine ?? ''] ?? (isArm ? 'arm64' : 'amd64'),
  };
}

/** Recognises an Anaconda ISO or installation tree. */
export const recogniseAnaconda: Recogniser = async (tree) => {
  const missing: string[] = [];
  for (const file of ANACONDA_FILES)
    if ((await tree.sizeOf(file.name)) === undefined) missing.push(file.name);
  if (missing.some((name) => name !== 'images/install.img')) return undefined;
  const treeinfo = await readTextOf(tree, '.treeinfo');
  // a live system has the same kernel folder, but its second stage elsewhere
  const product =
    treeinfo !== undefined
      ? productOfTreeinfo(treeinfo)
      : missing.length === 0
        ? await productOfBootMenu(tree)
        : undefined;
  if (product === undefined) return undefined;
  const { family, release, architecture } = product;
  const machine = architecture === 'arm64' ? 'aarch64' : 'x86_64';
  const distribution = FAMILY_IDS[family.toLowerCase()] ?? family.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const repository = REPOSITORIES[distribution]?.(release, machine);
  return {
    id: `${distribution}-${release.toLowerCase()}${architecture === 'amd64' ? '' : `-${architecture}`}`,
    title: `${family} ${release} installer`,
    distribution,
    release,
    architecture,
    files: [
      ...ANACONDA_FILES.filter((file) => !missing.includes(file.name)).map(({ role, name, path }) => ({
        role,
        from: name,
        path,
      })),
      ...(await ownShim(tree, architecture)),
    ],
    boot: anacondaBoot(repository),
    notes: [
      ...(missing.length === 0 ? [] : ['it has no images/install.img: give inst.stage2= in boot.arguments']),
      repository === undefined
        ? 'where its packages are is not known: give inst.repo= in boot.arguments'
        : `machines install packages from ${repository}`,
    ],
  };
};
