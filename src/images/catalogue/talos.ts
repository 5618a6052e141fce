import type { RemoteImage } from './remote-image.ts';

/**
 * What `talos` without a version means, and what `images --available` shows. netboot.xyz takes the files from the same
 * addresses: roles/netbootxyz/templates/menu/talos.ipxe.j2.
 */
const LATEST = 'https://github.com/siderolabs/talos/releases/latest/download/';

/**
 * - required: talos.platform, slab_nomerge, pti=on; recommended: init_on_alloc=1; talos.config takes a URL:
 *   https://docs.siderolabs.com/talos/v1.11/reference/kernel (before: https://www.talos.dev/v1.11/reference/kernel)
 * - consoleblank, nvme_core.io_timeout, printk.devkmsg: in the iPXE scripts of the vendor's Image Factory
 *   (pxe.factory.talos.dev) and in netboot.xyz's talos.ipxe.j2
 * - memory, 2 GiB for a control plane node: https://docs.siderolabs.com/talos/v1.11/getting-started/
 * - not confirmed: that every release has a sha256sum.txt naming both files, and no OpenPGP signature of it
 */
function talosImage(version: string | undefined): RemoteImage {
  const place =
    version === undefined ? LATEST : `https://github.com/siderolabs/talos/releases/download/v${version}/`;
  return {
    id: version === undefined ? 'talos' : `talos-${version}`,
    title: `Talos Linux ${version ?? '(newest release)'}`,
    distribution: 'talos',
    release: version ?? 'latest',
    architecture: 'amd64',
    ramMiB: 2048,
    seedFormat: 'talos',
    places: [place],
    trust: { kind: 'unsigned-list', list: 'sha256sum.txt' },
    payload: {
      kind: 'files',
      files: [
        { role: 'kernel', name: 'vmlinuz-amd64', path: 'vmlinuz-amd64' },
        { role: 'initrd', name: 'initramfs-amd64.xz', path: 'initramfs-amd64.xz' },
      ],
      boot: {
        arguments: [
          'talos.platform=metal',
          'slab_nomerge',
          'pti=on',
          'init_on_alloc=1',
          'consoleblank=0',
          'nvme_core.io_timeout=4294967295',
          'printk.devkmsg=on',
        ],
        seedArguments: ['talos.config={seed}machine.yaml'],
        seedFormat: 'talos',
        ramMiB: 2048,
      },
    },
  };
}

/** `talos`, or `talos-1.11.5` for one release. */
export function findTalosImage(id: string): RemoteImage | undefined {
  const match = /^talos(?:-(\d+\.\d+\.\d+))?$/.exec(id);
  return match === null ? undefined : talosImage(match[1]);
}

export function availableTalosImages(): RemoteImage[] {
  return [talosImage(undefined)];
}
