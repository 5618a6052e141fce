import { execFileSync } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, writeFileSync, writeSync, closeSync } from 'node:fs';
import { join } from 'node:path';

/** What the disk says on the serial port when it was started, by its firmware. */
export const DISK_SAYS = { bios: 'THE MBR OF THE LOCAL DISK', uefi: 'THE ESP OF THE LOCAL DISK' } as const;

const SECTOR = 512;
const FIRST_SECTOR = 2048;
const FAT_KIB = 16 * 1024;

/** 16-bit code: each character of the text at 0x7c18 to the first serial port, then halt. */
const MBR_CODE = Buffer.from('31c08ed8be187cbaf803ac84c07403eeebf8f4ebfd', 'hex');

/**
 * Makes a disk image as an installed Debian has it: an MBR, and an EFI system partition with Debian's signed shim and
 * GRUB. Either says who it is and goes no further.
 */
export function makeDiskThatSpeaks(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const [disk, partition, config] = ['disk.img', 'esp.img', 'grub.cfg'].map((name) => join(folder, name));
  execFileSync('mkfs.vfat', ['-F', '16', '-C', partition!, String(FAT_KIB)]);
  const lines = ['serial --unit=0 --speed=115200', 'terminal_output serial', `echo "${DISK_SAYS.uefi}"`];
  writeFileSync(config!, [...lines, 'sleep 600', ''].join('\n'));
  execFileSync('mmd', ['-i', partition!, '::/EFI', '::/EFI/debian']);
  const copy = (from: string, to: string): void => {
    execFileSync('mcopy', ['-i', partition!, from, `::/EFI/debian/${to}`]);
  };
  copy('/usr/lib/shim/shimx64.efi.signed', 'shimx64.efi');
  copy('/usr/lib/grub/x86_64-efi-signed/grubx64.efi.signed', 'grubx64.efi');
  copy(config!, 'grub.cfg');

  const mbr = Buffer.alloc(SECTOR);
  MBR_CODE.copy(mbr);
  mbr.write(`\r\n${DISK_SAYS.bios}\r\n\0`, 0x18, 'latin1');
  // one active partition of type EF
  mbr.set([0x80, 0, 2, 0, 0xef, 0xff, 0xff, 0xff], 446);
  mbr.writeUInt32LE(FIRST_SECTOR, 454);
  mbr.writeUInt32LE((FAT_KIB * 1024) / SECTOR, 458);
  mbr.set([0x55, 0xaa], 510);
  const file = openSync(disk!, 'w');
  writeSync(file, mbr, 0, SECTOR, 0);
  const fat = readFileSync(partition!);
  writeSync(file, fat, 0, fat.length, FIRST_SECTOR * SECTOR);
  closeSync(file);
  return disk!;
}
