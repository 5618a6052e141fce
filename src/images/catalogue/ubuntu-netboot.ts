import { ownShim } from './own-shim.ts';
import { ARCHITECTURE_NAMES, type ImageRecipe } from './recipe.ts';
import { firstThere, readTextOf, type FileTree } from '../trees/file-tree.ts';

/** One folder for each architecture: https://github.com/canonical/subiquity NETBOOT_TESTS.md */
const LAYOUTS = [
  { folder: 'amd64', kernel: 'linux', initrd: 'initrd' },
  { folder: 'arm64', kernel: 'linux', initrd: 'initrd' },
] as const;

/**
 * Recognises the Ubuntu netboot tarball. Its grub/grub.cfg and pxelinux.cfg/default say which ISO the initrd downloads
 * (`iso-url=`), and that it wants `ip=dhcp`: https://github.com/canonical/subiquity NETBOOT_TESTS.md.
 * The address is taken as the vendor wrote it; that page warns of https:// for an ISO on a server of one's own. The
 * `root=/dev/ram0 ramdisk_size=` beside it is left out, as for the ISOs of these releases.
 */
export async function recogniseUbuntuNetboot(tree: FileTree): Promise<ImageRecipe | undefined> {
  for (const { folder, kernel, initrd } of LAYOUTS) {
    const kernelPath = await firstThere(tree, [`${folder}/${kernel}`]);
    const initrdPath = await firstThere(tree, [`${folder}/${initrd}`]);
    if (kernelPath === undefined || initrdPath === undefined) continue;
    const config =
      (await readTextOf(tree, `${folder}/grub/grub.cfg`)) ??
      (await readTextOf(tree, `${folder}/pxelinux.cfg/default`)) ??
      '';
    const isoUrl = /\b(?:iso-url|url)=(\S+\.iso)\b/.exec(config)?.[1];
    const release = /ubuntu-(\d\d\.\d\d(?:\.\d+)?)/.exec(isoUrl ?? '')?.[1];
    if (isoUrl === undefined) continue;
    const architecture = ARCHITECTURE_NAMES[folder] ?? 'amd64';
    const suffix = architecture === 'amd64' ? '' : `-${architecture}`;
    return {
      id: `ubuntu-${release ?? 'unknown'}-netboot${suffix}`,
      title: `Ubuntu ${release ?? '(unknown release)'} netboot`,
      distribution: 'ubuntu',
      release: release ?? 'unknown',
      architecture,
      files: [
        { role: 'kernel', from: kernelPath, path: kernel },
        { role: 'initrd', from: initrdPath, path: initrd },
        // the tarball has the shim of its release under the name that firmware asks for
        ...(await ownShim(tree, architecture, [`${folder}/bootx64.efi`])),
      ],
      boot: {
        arguments: ['ip=dhcp', `iso-url=${isoUrl}`, 'cloud-config-url=/dev/null'],
        readsBootif: true,
        seedArguments: ['autoinstall', 'ds=nocloud;s={seed}'],
        installedArguments: [],
        seedFormat: 'autoinstall',
        ramMiB: 8192,
      },
      notes: [`every machine downloads its ISO from ${isoUrl}`],
    };
  }
  return undefined;
}
