import { baseName } from '../../model/file-name.ts';

/** What a file is that a loader reads and that no firmware can run, by its name; undefined for any other. */
export function whatNoFirmwareRuns(path: string): string | undefined {
  const [name = ''] = path.split(/[?#]/);
  if (/(?:^|\/)pxelinux\.cfg\//i.test(name)) return 'a menu of pxelinux';
  const file = baseName(name).toLowerCase();
  if (file.endsWith('.ipxe')) return 'an iPXE script';
  if (/^grub[\w-]*\.cfg$/.test(file)) return 'a configuration of GRUB';
  if (file.endsWith('.c32')) return 'a module of pxelinux';
  // UEFI that boots over HTTP takes an image
  if (/\.(?:iso|wim)$/.test(file) && !name.includes('://')) return 'an image';
  return undefined;
}

/** The programs for BIOS and UEFI that read such a file. */
export function programsThatRead(path: string): readonly [bios: string, uefi: string] {
  const what = whatNoFirmwareRuns(path);
  if (what === 'a configuration of GRUB') return ['grub/i386-pc/core.0', 'grubx64.efi'];
  return what?.endsWith('of pxelinux') === true
    ? ['pxelinux.0', 'syslinux.efi']
    : ['undionly.kpxe', 'snponly.efi'];
}
