import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { FOCAL_INFO, writeCasperIso } from './casper-iso.ts';

const INSTALLER = '/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64';

/** Network drivers of QEMU's cards, and what they stand on. */
const MODULES = [
  'net/core/failover.ko',
  'drivers/net/net_failover.ko',
  'drivers/net/virtio_net.ko',
  'drivers/net/ethernet/intel/e1000/e1000.ko',
  'drivers/net/ethernet/intel/e1000e/e1000e.ko',
  'drivers/virtio/virtio.ko',
  'drivers/virtio/virtio_ring.ko',
  'drivers/virtio/virtio_pci_modern_dev.ko',
  'drivers/virtio/virtio_pci_legacy_dev.ko',
  'drivers/virtio/virtio_pci.ko',
];

/** What the console says, for tests to wait for. */
export const CASPER_LINES = {
  address: 'PXECTL-CASPER address',
  isoSha256: 'PXECTL-ISO-SHA256',
  done: 'PXECTL-CASPER done',
  noIso: 'Unable to find a live file system on the network',
} as const;

/**
 * The part of casper that the network sees: DHCP; wget of `url=` into memory; its hash on the console; then the live system in it,
 * whose own cloud-init takes its seed from the command line of the kernel, and does what it says.
 */
const INIT = `#!/bin/busybox sh
export PATH=/bin
/bin/busybox mkdir -p /proc /sys /dev /tmp /run
/bin/busybox --install -s /bin
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mount -t devtmpfs dev /dev
exec >/dev/console 2>&1 </dev/console
for pass in 1 2 3 4; do for module in /modules/*.ko; do insmod $module 2>/dev/null; done; done
url=
for word in $(cat /proc/cmdline); do
  case "$word" in
    url=*.iso) url="\${word#url=}" ;;
    iso-url=*.iso) url="\${word#iso-url=}" ;;
    ---) break ;;
  esac
done
card=
for try in $(seq 30); do
  card=$(ls /sys/class/net | grep -v '^lo$' | head -n 1)
  [ -n "$card" ] && break
  sleep 1
done
ip link set lo up; ip link set "$card" up
udhcpc -i "$card" -s /udhcpc-script -t 10 -T 2 -n -q || echo "PXECTL-CASPER no-address on $card"
echo "${CASPER_LINES.address} $(ip -4 -o addr show dev "$card" | awk '{print $4}') on $card"
echo "PXECTL-CASPER url $url"
if [ -n "$url" ] && wget -q -O /image.iso "$url"; then
  echo "${CASPER_LINES.isoSha256} $(sha256sum /image.iso | cut -d ' ' -f 1) $(wc -c </image.iso) bytes"
else
  echo "${CASPER_LINES.noIso}"
fi
mkdir -p /iso /live /upper /root
mount -t tmpfs upper /upper
mkdir /upper/data /upper/work
mount -t iso9660 -o loop,ro /image.iso /iso
mount -t squashfs -o loop,ro /iso/casper/filesystem.squashfs /live
mount -t overlay -o lowerdir=/live,upperdir=/upper/data,workdir=/upper/work live /root
for folder in proc sys dev run; do mount --bind "/$folder" "/root/$folder"; done
cp /etc/resolv.conf /root/etc/ 2>/dev/null
# as systemd's generator does
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
chroot /root /usr/lib/cloud-init/ds-identify
for stage in "init --local" init "modules --mode=config" "modules --mode=final"; do
  chroot /root cloud-init $stage
done
echo "${CASPER_LINES.done}"
sleep 2
poweroff -f
`;

const UDHCPC_SCRIPT = `#!/bin/busybox sh
[ "$1" = bound ] || [ "$1" = renew ] || exit 0
/bin/ip addr replace "$ip/$mask" dev "$interface"
[ -n "$router" ] && /bin/ip route replace default via "\${router%% *}"
exit 0
`;

export interface UbuntuShapedIsoOptions {
  /** folder with the live system: `filesystem.squashfs`, and `modules/` of the installer's kernel in the order in which they are loaded */
  readonly system: string;
  /** `.disk/info`; default: that of ubuntu-20.04.3-live-server-amd64.iso */
  readonly info?: string;
}

/**
 * Builds an ISO that boots like an Ubuntu live-server image: casper/vmlinuz is the real kernel of the installed package
 * debian-installer-12-netboot-amd64, casper/initrd is busybox with that kernel's network drivers.
 * Use: buildUbuntuShapedIso(file, { system }), then `pxectl fetch ubuntu-20.04.3 --from file`, then
 * `pxectl lab run --image ubuntu-20.04.3`, and look for CASPER_LINES on the serial console (`console=ttyS0`).
 */
export function buildUbuntuShapedIso(target: string, options: UbuntuShapedIsoOptions): void {
  const folder = mkdtempSync(join(tmpdir(), 'pxectl-shaped-'));
  try {
    const loaders: Record<string, Buffer> = {};
    for (const [path, source] of [
      ['EFI/boot/bootx64.efi', '/usr/lib/shim/shimx64.efi.signed'],
      ['EFI/boot/grubx64.efi', '/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed'],
    ] as const) {
      if (existsSync(source)) loaders[path] = readFileSync(source);
    }
    writeCasperIso(target, {
      info: options.info ?? FOCAL_INFO,
      files: {
        ...loaders,
        'casper/vmlinuz': readFileSync(join(INSTALLER, 'linux')),
        'casper/initrd': buildInitrd(folder, join(options.system, 'modules')),
        'casper/filesystem.squashfs': readFileSync(join(options.system, 'filesystem.squashfs')),
      },
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function buildInitrd(folder: string, systemModules: string): Buffer {
  const installer = join(folder, 'installer');
  const root = join(folder, 'root');
  mkdirSync(installer);
  for (const name of ['bin', 'modules', 'dev']) mkdirSync(join(root, name), { recursive: true });
  execFileSync('bsdtar', ['-xf', join(INSTALLER, 'initrd.gz'), '-C', installer, 'lib/modules']);
  const [release] = readdirSync(join(installer, 'lib/modules'));
  if (release === undefined) throw new Error('the installer initrd has no kernel modules');
  for (const module of MODULES) {
    copyFileSync(
      join(installer, 'lib/modules', release, 'kernel', module),
      join(root, 'modules', basename(module)),
    );
  }
  for (const name of readdirSync(systemModules)) {
    copyFileSync(join(systemModules, name), join(root, 'modules', name));
  }
  copyFileSync('/bin/busybox', join(root, 'bin/busybox'));
  symlinkSync('busybox', join(root, 'bin/sh'));
  for (const [name, text] of Object.entries({ init: INIT, 'udhcpc-script': UDHCPC_SCRIPT })) {
    writeFileSync(join(root, name), text);
    chmodSync(join(root, name), 0o755);
  }
  const archive = join(folder, 'initrd.gz');
  execFileSync('bsdtar', ['--format', 'newc', '--gzip', '-cf', archive, '-C', root, '.']);
  return readFileSync(archive);
}
