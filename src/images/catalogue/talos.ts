import type { RemoteImage } from './remote-image.ts';

/** What `talos` without a version means, and what `images --available` shows. https://github.com/siderolabs/talos/releases */
const LATEST = 'https://github.com/siderolabs/talos/releases/latest/download/';

/**
 * Kernel parameters: https://www.talos.dev/latest/talos-guides/install/bare-metal-platforms/pxe/
 * Memory, 2 GiB: https://www.talos.dev/latest/introduction/system-requirements/
 * The releases come with sha256sum.txt, which has no OpenPGP signature.
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
