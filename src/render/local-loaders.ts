/** Who puts a shim of its own on the EFI system partition, under its own name. */
const VENDORS = ['debian', 'ubuntu', 'fedora', 'centos', 'rocky', 'almalinux', 'redhat'];

/**
 * Loaders of installed systems on the EFI system partition, best first; the fallback path, which may reboot once, comes
 * last. `cpus` are the ends of their names: x64, aa64, or a loader's variable.
 */
export function localLoaders(cpus: readonly string[]): string[] {
  return [
    ...VENDORS.flatMap((vendor) => cpus.map((cpu) => `/EFI/${vendor}/shim${cpu}.efi`)),
    '/EFI/opensuse/shim.efi',
    '/EFI/Microsoft/Boot/bootmgfw.efi',
    // FAT ignores case
    ...cpus.map((cpu) => `/EFI/BOOT/BOOT${cpu}.EFI`),
  ];
}

/** The name of a boot file that no machine has: with it iPXE tells GRUB to start the local disk and nothing else. */
export const START_LOCAL_DISK = 'pxectl-local-disk';
