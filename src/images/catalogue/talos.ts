import type { RemoteImage } from './remote-image.ts';

/**
 * What `talos` without a version means, and what `images --available` shows. netboot.xyz takes the files from the same
 * addresses: roles/netbootxyz/templates/menu/talos.ipxe.j2.
 */
const LATEST = 'https://github.com/siderolabs/talos/releases/latest/download/';

/**
 * - required: talos.platform, slab_nomerge, pti=on; recommended: init_on_alloc=1; talos.config takes a URL:
 *   https://docs.siderolabs.com/talos/v1.11/reference/kernel (before: https://www.talos.dev/v1.11/reference/kernel)
 *   Machines stop without slab_nomerge and pti=on: https://github.com/siderolabs/talos pkg/kernel/kspp/kspp.go
 * - consoleblank, nvme_core.io_timeout, printk.devkmsg: what the vendor's images have, pkg/machinery/kernel/kernel.go of the
 *   same (since 1.14 without init_on_alloc, which is the kernel's default, and nvme_core.io_timeout; both do no harm there)
 * - memory, 2 GiB for a control plane node: https://docs.siderolabs.com/talos/v1.14/getting-started/
 * - sha256sum.txt with both files: .github/workflows/ci.yaml of the same, "Generate Checksums". What signs is cosign
 *   (sha256sum.txt.bundle), no OpenPGP key
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
