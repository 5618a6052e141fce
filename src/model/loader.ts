import type { LoaderPlatform } from './firmware.ts';

/** The program that firmware runs first. */
export type LoaderFamily = 'pxelinux' | 'ipxe' | 'grub' | 'shim';

/** One file of a loader in `.pxectl/loaders/`, named as it is served over TFTP. */
export interface LoaderFile {
  /** path below the TFTP root, for example `pxelinux.0` or `ipxe/snponly-x64.efi` */
  readonly path: string;
  readonly family: LoaderFamily;
  readonly platform: LoaderPlatform;
  /** true for the program itself, false for the modules it loads */
  readonly isProgram: boolean;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** package, URL or image that it came from */
  readonly origin: string;
  readonly version: string;
  /** true when a Secure Boot signature is embedded (PE certificate table) */
  readonly isSigned: boolean;
}

/** `.pxectl/loaders/manifest.json`. */
export interface LoaderManifest {
  readonly schema: 'pxectl.loaders/1';
  readonly files: readonly LoaderFile[];
}

/** The TFTP paths of loader programs; plan/ chooses between them, images/ stores them under these names. */
export const LOADER_PATHS = {
  pxelinux: 'pxelinux.0',
  lpxelinux: 'lpxelinux.0',
  undionly: 'undionly.kpxe',
  ipxeX64: 'ipxe/snponly-x64.efi',
  ipxeIa32: 'ipxe/snponly-ia32.efi',
  ipxeArm64: 'ipxe/snponly-arm64.efi',
  /** Microsoft-signed shim of the iPXE 2.x chain; it asks for ipxe.efi beside itself */
  ipxeShimX64: 'ipxe-signed/ipxe-shimx64.efi',
  ipxeSignedX64: 'ipxe-signed/ipxe.efi',
  /** shim asks for grubx64.efi in its own directory */
  shimX64: 'shimx64.efi',
  grubX64: 'grubx64.efi',
  shimArm64: 'shimaa64.efi',
  grubArm64: 'grubaa64.efi',
} as const;
