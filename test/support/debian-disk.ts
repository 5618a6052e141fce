import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../src/platform/files.ts';
import { withLock } from '../../src/platform/file-lock.ts';

const INSTALLER = '/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64';
const CACHE = join(import.meta.dirname, '..', '..', '.cache');

export const DISK_TOOLS = [
  ...['debootstrap', 'depmod', 'sfdisk', 'mke2fs', 'mkfs.vfat', 'mcopy', 'grub-mkimage', 'bsdtar', 'busybox'],
];

export const LIVE_TOOLS = ['debootstrap', 'depmod', 'mksquashfs', 'bsdtar'];

/**
 * The part of an installation that Debian's installer would load from udebs, which its archive has for one version of
 * the kernel alone: a disk is written whole, the machine gets its name, and then the seed's own late_command has its turn.
 */
const INSTALL = `set -ex
mirror=$1 name=$2
wget -q -O - "$mirror/modules.tar" | tar -x -C /tmp
for module in /tmp/modules/*; do insmod "$module" || true; done
until [ -b /dev/sda ]; do sleep 1; done
wget -q -O - "$mirror/disk.img" | dd of=/dev/sda bs=1M
sync
blockdev --rereadpt /dev/sda
until [ -b /dev/sda2 ]; do sleep 1; done
mkdir -p /target
mount -t ext4 /dev/sda2 /target
echo "$name" > /target/etc/hostname
late=$(debconf-get preseed/late_command)
[ -n "$late" ]
sh -c "$late"
umount /target
sync
reboot -f
`;

/** What an early_command of a preseed says to be installed by this: a URL of the folder, and the machine's name, follow. */
export const INSTALL_SCRIPT = 'install.sh';

/** A folder with what is installed, built once. */
export async function debianDiskFolder(): Promise<string> {
  const folder = await builtOnce('debian-disk');
  // in one step: a machine of the other file may be fetching it
  await writeFileAtomic(join(folder, INSTALL_SCRIPT), INSTALL);
  return folder;
}

/** A folder with `filesystem.squashfs`, a Debian with its cloud-init, and `modules/` that mount it; built once. */
export const liveSystemFolder = (): Promise<string> => builtOnce('live-system');

/** What `build-NAME.sh` leaves in a folder. The kernel is that of the installer: its modules have to fit both. */
async function builtOnce(what: string): Promise<string> {
  const [version] = /\d+\.\d+\.\d+-\d+-amd64/.exec(readFileSync(join(INSTALLER, 'linux'), 'latin1')) ?? [];
  if (version === undefined) throw new Error(`${INSTALLER}/linux tells no version`);
  const name = `${what}-${version}`;
  const folder = join(CACHE, name);
  // test files that run beside each other want the same disk
  await withLock(CACHE, name, async () => {
    if (!existsSync(folder)) {
      const half = `${folder}.part`;
      rmSync(half, { recursive: true, force: true });
      execFileSync('sh', [join(import.meta.dirname, `build-${what}.sh`), half, version]);
      renameSync(half, folder);
    }
  });
  return folder;
}
