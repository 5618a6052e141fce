import { baseName } from '../../model/file-name.ts';
import type { Firmware, LoaderPlatform } from '../../model/firmware.ts';

/** What a boot file's name tells about the firmware that it is for; undefined when it tells nothing. */
export function platformOfName(path: string): LoaderPlatform | 'efi' | undefined {
  const name = baseName(path).toLowerCase();
  if (name.endsWith('.efi') || name.endsWith('.efi.signed')) {
    if (/(?:aa64|arm64|aarch64)/.test(path.toLowerCase())) return 'arm64';
    if (/(?:ia32|i386|x86_32)|bootia32/.test(path.toLowerCase())) return 'ia32';
    return /(?:x64|x86_64|amd64)/.test(path.toLowerCase()) ? 'x64' : 'efi';
  }
  return /(?:\.0|\.kpxe|\.kkpxe|\.pxe|\.lkrn|\.bs|\.com)$|^pxelinux$/.test(name) ? 'bios' : undefined;
}

/** Whether a program for `platform` can run on this firmware; undefined when that cannot be told. */
export function fitsFirmware(
  platform: LoaderPlatform | 'efi',
  firmware: Firmware | 'system',
): boolean | undefined {
  switch (firmware) {
    case 'bios':
      return platform === 'bios';
    case 'uefi-ia32':
      return platform === 'ia32' || platform === 'efi';
    case 'uefi-x64':
    case 'uefi-http-x64':
      return platform === 'x64' || platform === 'efi';
    case 'uefi-arm64':
    case 'uefi-http-arm64':
      return platform === 'arm64' || platform === 'efi';
    case 'ipxe':
    case 'raspberry-pi':
    case 'unknown':
    case 'system':
      return undefined;
  }
}

/** The program for 64-bit UEFI that goes with one for BIOS: of netboot.xyz its own, else iPXE. */
export function efiSiblingOf(file: string): string {
  return /(?:^|\/)netboot\.xyz[\w.-]*\.(?:kpxe|pxe)$/.test(file)
    ? file.replace(/(netboot\.xyz)[\w.-]*\.k?pxe$/, '$1.efi')
    : 'ipxe.efi';
}

/** A BIOS program's name in a folder for UEFI: somebody may have given an EFI program the name that clients ask for. */
export function isBiosNameForUefi(path: string): boolean {
  return platformOfName(path) === 'bios' && /(?:^|\/)(?:u?efi[\w-]*|x64|amd64|x86_64)\//i.test(path);
}

/** Said of a configuration in which nothing tells that UEFI machines are to boot. */
export const NO_UEFI_HERE = 'Where no UEFI machine boots from this server, nothing is to be done.';

/** A program for UEFI, by its name. */
export function isEfiName(path: string): boolean {
  const platform = platformOfName(path);
  return platform !== undefined && platform !== 'bios';
}

/** A program that firmware starts, by its name. */
export function isLoaderName(path: string): boolean {
  return platformOfName(path) !== undefined;
}

/** shim, by its usual names. */
export function isShimName(path: string): boolean {
  return /^(?:shim\w*|bootx64|bootaa64|ipxe-shim\w*)\.efi(?:\.signed)?$/i.test(baseName(path));
}

/** GRUB, by its usual names. */
export function isGrubName(path: string): boolean {
  return /^grub(?:net)?(?:x64|aa64|ia32)?\.efi(?:\.signed)?$/i.test(baseName(path));
}

/** A file that no other machine than a Raspberry Pi asks for. */
export function isRaspberryPiFile(path: string): boolean {
  return /^(?:bootcode4?\.bin|bootsig\.bin|start\w*\.elf|fixup\w*\.dat|recovery\w*\.elf|recovery\.bin|dt-blob\.bin|bcm27\S+\.dtb|cmdline\.txt|kernel(?:\d+|_\w+)\.img|armstub\S*\.bin)$/i.test(
    baseName(path),
  );
}

/** The second file that a loader fetches from its own folder. */
export function isSecondStageName(path: string): boolean {
  return (
    isGrubName(path) ||
    /^(?:ldlinux|libcom32|libutil|menu|vesamenu|linux)\.(?:c32|e64|e32)$/i.test(baseName(path))
  );
}

/** iPXE as its project and the distributions build it; a build with a name of its own has a script inside. */
export function isStockIpxe(file: string): boolean {
  return /(?:^|\/)(?:ipxe|undionly|snponly|snp|intel|realtek|ipxe[-_]?(?:x86_64|x64|ia32|i386|arm64)|(?:x86_64|i386|arm64)-efi\/\w+)\.(?:efi|kpxe|kkpxe|0|pxe)$/i.test(
    file,
  );
}

/** Folders that TFTP servers serve: as a part of a name they are looked for below themselves. */
const SERVED_FOLDERS =
  /^\/(?:var\/lib\/tftpboot|srv\/tftp|tftpboot|var\/lib\/tftp|srv\/tftpboot|var\/tftp|var\/www\/html)\//;

/** The folder of the server's file system that a name begins with, where that is one which is mostly served itself. */
export function servedFolderOf(name: string): string | undefined {
  return SERVED_FOLDERS.exec(name)?.[0];
}
