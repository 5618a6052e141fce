import type { LoaderPlatform } from '../../model/firmware.ts';
import { LOADER_PATHS, type LoaderFamily } from '../../model/loader.ts';

/** Loaders that come together or not at all. */
export interface LoaderGroup {
  readonly name: string;
  readonly platform: LoaderPlatform;
  /** of the packages in a Debian archive */
  readonly architecture: 'amd64' | 'arm64';
  readonly files: readonly LoaderSource[];
  /** every program must be there: one without the others is of no use */
  readonly isWhole?: true;
}

/** A loader file and where Debian and Ubuntu packages keep it. */
export interface LoaderSource {
  readonly path: string;
  readonly family: LoaderFamily;
  readonly platform: LoaderPlatform;
  readonly isProgram: boolean;
  readonly package: string;
  /** paths in the package, best first: names differ between releases */
  readonly inPackage: readonly string[];
}

const program = (
  path: string,
  family: LoaderFamily,
  platform: LoaderPlatform,
  packageName: string,
  inPackage: readonly string[],
): LoaderSource => ({ path, family, platform, isProgram: true, package: packageName, inPackage });

const syslinuxModule = (name: string): LoaderSource => ({
  path: name,
  family: 'pxelinux',
  platform: 'bios',
  isProgram: false,
  package: 'syslinux-common',
  inPackage: [`/usr/lib/syslinux/modules/bios/${name}`],
});

export const LOADER_SOURCES: readonly LoaderSource[] = [
  program(LOADER_PATHS.pxelinux, 'pxelinux', 'bios', 'pxelinux', ['/usr/lib/PXELINUX/pxelinux.0']),
  program(LOADER_PATHS.lpxelinux, 'pxelinux', 'bios', 'pxelinux', ['/usr/lib/PXELINUX/lpxelinux.0']),
  ...['ldlinux.c32', 'libcom32.c32', 'libutil.c32', 'menu.c32'].map(syslinuxModule),
  program(LOADER_PATHS.undionly, 'ipxe', 'bios', 'ipxe', ['/usr/lib/ipxe/undionly.kpxe']),
  program(LOADER_PATHS.ipxeX64, 'ipxe', 'x64', 'ipxe', [
    '/usr/lib/ipxe/snponly.efi',
    '/usr/lib/ipxe/x86_64/snponly.efi',
  ]),
  program(LOADER_PATHS.ipxeIa32, 'ipxe', 'ia32', 'ipxe', ['/usr/lib/ipxe/i386/snponly.efi']),
  program(LOADER_PATHS.ipxeArm64, 'ipxe', 'arm64', 'ipxe', [
    '/usr/lib/ipxe/arm64/snponly.efi',
    '/usr/lib/ipxe/snponly-arm64.efi',
    '/usr/lib/ipxe/ipxe-arm64.efi',
  ]),
  program(LOADER_PATHS.shimX64, 'shim', 'x64', 'shim-signed', [
    '/usr/lib/shim/shimx64.efi.signed.latest',
    '/usr/lib/shim/shimx64.efi.signed',
  ]),
  program(LOADER_PATHS.grubX64, 'grub', 'x64', 'grub-efi-amd64-signed', [
    '/usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed',
  ]),
  program(LOADER_PATHS.shimArm64, 'shim', 'arm64', 'shim-signed', [
    '/usr/lib/shim/shimaa64.efi.signed.latest',
    '/usr/lib/shim/shimaa64.efi.signed',
  ]),
  program(LOADER_PATHS.grubArm64, 'grub', 'arm64', 'grub-efi-arm64-signed', [
    '/usr/lib/grub/arm64-efi-signed/grubnetaa64.efi.signed',
  ]),
];

const group = (
  name: string,
  platform: LoaderPlatform,
  families: readonly LoaderFamily[],
  architecture: LoaderGroup['architecture'] = 'amd64',
): LoaderGroup => ({
  name,
  platform,
  architecture,
  files: LOADER_SOURCES.filter((source) => source.platform === platform && families.includes(source.family)),
});

/** shim starts only a GRUB that its own vendor signed: they come from one source or not at all. */
const signedChain = (platform: 'x64' | 'arm64', architecture: LoaderGroup['architecture']): LoaderGroup => ({
  ...group(`shim and signed GRUB for ${platform}`, platform, ['shim', 'grub'], architecture),
  isWhole: true,
});

export const SIGNED_CHAIN_X64 = signedChain('x64', 'amd64');

/** pxelinux and its modules load only in one version: they are one group although they are two packages. */
export const LOADER_GROUPS: readonly LoaderGroup[] = [
  group('pxelinux', 'bios', ['pxelinux']),
  group('iPXE for BIOS', 'bios', ['ipxe']),
  // the package ipxe is one for all architectures
  ...(['x64', 'ia32', 'arm64'] as const).map((platform) => group(`iPXE for ${platform}`, platform, ['ipxe'])),
  SIGNED_CHAIN_X64,
  signedChain('arm64', 'arm64'),
];
