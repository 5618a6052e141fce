import type { IgnoreReason } from '../model/boot-plan.ts';
import type { BootSettings, Config, Loaders, NetworkMode } from '../model/config.ts';
import { type Firmware, type LoaderPlatform, platformOf } from '../model/firmware.ts';
import { LOADER_PATHS, type LoaderFamily, type LoaderManifest } from '../model/loader.ts';

/** A loader program that firmware is given, as a path below the TFTP root (the same below `/loaders/` over HTTP). */
export interface LoaderChoice {
  readonly path: string;
  readonly family: LoaderFamily;
  readonly because: readonly string[];
}

export interface LoaderRefusal {
  readonly reason: IgnoreReason;
  readonly detail: string;
}

/** What a loader is chosen from: a part of the boot context. */
export interface LoaderContext {
  readonly config: Pick<Config, 'loaders'> & { readonly network: Pick<Config['network'], 'mode'> };
  readonly loaders: Pick<LoaderManifest, 'files'>;
}

/** A loader that can be chosen: every file of `needs` must be in the store. */
interface Candidate {
  readonly needs: readonly string[];
  readonly family: LoaderFamily;
  readonly why: string;
}

const one = (path: string, family: LoaderFamily, why: string): Candidate => ({ needs: [path], family, why });

const LPXELINUX = one(LOADER_PATHS.lpxelinux, 'pxelinux', 'lpxelinux loads the kernel over HTTP');
const PXELINUX = one(LOADER_PATHS.pxelinux, 'pxelinux', 'pxelinux loads the kernel over TFTP');
const PXELINUX_ON_IPXE = one(
  LOADER_PATHS.pxelinux,
  'pxelinux',
  'on an iPXE ROM pxelinux.0 loads through iPXE’s own HTTP',
);
const UNDIONLY = one(LOADER_PATHS.undionly, 'ipxe', 'undionly.kpxe is iPXE on the ROM’s own driver');

/** What each setting of `loaders.bios` means, best first. */
const BIOS_LOADERS = {
  auto: [LPXELINUX, PXELINUX, UNDIONLY],
  pxelinux: [LPXELINUX, PXELINUX],
  ipxe: [UNDIONLY],
} as const satisfies Record<string, readonly Candidate[]>;

interface UefiLoaders {
  readonly signedIpxe: readonly Candidate[];
  readonly ipxe: readonly Candidate[];
  readonly shim: readonly Candidate[];
  readonly grub: readonly Candidate[];
}

const UEFI_LOADERS: Readonly<Record<Exclude<LoaderPlatform, 'bios'>, UefiLoaders>> = {
  x64: {
    signedIpxe: [
      {
        needs: [LOADER_PATHS.ipxeShimX64, LOADER_PATHS.ipxeSignedX64],
        family: 'ipxe',
        why: 'the signed iPXE chain starts with and without Secure Boot',
      },
    ],
    ipxe: [one(LOADER_PATHS.ipxeX64, 'ipxe', 'iPXE uses the driver of the firmware (snponly)')],
    shim: [
      {
        needs: [LOADER_PATHS.shimX64, LOADER_PATHS.grubX64],
        family: 'shim',
        why: 'shim and GRUB are signed for Secure Boot',
      },
    ],
    grub: [one(LOADER_PATHS.grubX64, 'grub', 'GRUB without shim: Secure Boot must be off')],
  },
  arm64: {
    signedIpxe: [],
    ipxe: [one(LOADER_PATHS.ipxeArm64, 'ipxe', 'iPXE uses the driver of the firmware (snponly)')],
    shim: [
      {
        needs: [LOADER_PATHS.shimArm64, LOADER_PATHS.grubArm64],
        family: 'shim',
        why: 'shim and GRUB are signed for Secure Boot',
      },
    ],
    grub: [one(LOADER_PATHS.grubArm64, 'grub', 'GRUB without shim: Secure Boot must be off')],
  },
  ia32: {
    signedIpxe: [],
    ipxe: [one(LOADER_PATHS.ipxeIa32, 'ipxe', 'iPXE for 32-bit UEFI')],
    shim: [],
    grub: [],
  },
};

/**
 * Chooses the program that this firmware runs first, from what the loader store really holds (DESIGN §4).
 * @param isRomIpxe the client's own ROM is iPXE: pxelinux.0 uses its network stack, lpxelinux.0 would bring a slower one
 */
export function chooseLoader(
  context: LoaderContext,
  firmware: Firmware,
  settings: (Pick<BootSettings, 'secureBoot'> & Partial<Pick<BootSettings, 'loaders'>>) | undefined,
  isRomIpxe = false,
): LoaderChoice | LoaderRefusal {
  const platform = platformOf(firmware);
  if (platform === undefined) {
    return { reason: 'unsupported-architecture', detail: `pxectl has no loader for ${firmware}` };
  }
  const loaders = settings?.loaders ?? context.config.loaders;
  const { candidates, because } =
    platform === 'bios'
      ? biosCandidates(loaders, isRomIpxe)
      : uefiCandidates(loaders, platform, settings?.secureBoot === true);
  const inStore = new Set(context.loaders.files.map((file) => file.path));
  const there = candidates.filter((candidate) => candidate.needs.every((path) => inStore.has(path)));
  const whyNotGrub = whyGrubEndsAtItsPrompt(firmware, context.config.network.mode);
  const chosen = there.find(({ family }) => whyNotGrub === undefined || !isGrub(family));
  const path = chosen?.needs[0];
  if (chosen === undefined || path === undefined) {
    return there.length > 0 && whyNotGrub !== undefined ? whyNotGrub : missing(firmware, candidates);
  }
  return { path, family: chosen.family, because: [...because, chosen.why] };
}

const isGrub = (family: LoaderFamily): boolean => family === 'shim' || family === 'grub';

/**
 * Where GRUB would start and find no grub.cfg; both were seen with the signed GRUB 2.06 of Debian on OVMF. It takes its TFTP
 * server from the lease alone (siaddr of the router's ACK), and the signed one has no http and loads no modules.
 */
function whyGrubEndsAtItsPrompt(firmware: Firmware, mode: NetworkMode): LoaderRefusal | undefined {
  if (firmware === 'uefi-http-x64' || firmware === 'uefi-http-arm64') {
    return {
      reason: 'grub-without-http',
      detail: 'GRUB cannot read over HTTP: without this answer the firmware goes on to its PXE entry',
    };
  }
  if (mode !== 'proxy') return undefined;
  return {
    reason: 'grub-needs-lease',
    detail:
      'GRUB asks the server of its lease, in mode proxy the router, and would end at "grub>": set network.mode to pxe-only ' +
      'with a range, or take the signed iPXE: pxectl fetch --signed-ipxe',
  };
}

interface Candidates {
  readonly candidates: readonly Candidate[];
  readonly because: readonly string[];
}

function biosCandidates({ bios: setting }: Loaders, isRomIpxe: boolean): Candidates {
  const candidates: readonly Candidate[] = isRomIpxe ? [PXELINUX_ON_IPXE] : BIOS_LOADERS[setting];
  return { candidates, because: setting === 'auto' ? [] : [`loaders.bios is ${setting}`] };
}

function uefiCandidates(
  { uefi: setting }: Loaders,
  platform: Exclude<LoaderPlatform, 'bios'>,
  isSecureBoot: boolean,
): Candidates {
  const loaders = UEFI_LOADERS[platform];
  if (isSecureBoot) {
    const because = ['the machine has secureBoot: true: only signed loaders start'];
    return { candidates: [...loaders.shim, ...loaders.signedIpxe], because };
  }
  const because = setting === 'auto' ? [] : [`loaders.uefi is ${setting}`];
  switch (setting) {
    case 'ipxe':
      return { candidates: [...loaders.signedIpxe, ...loaders.ipxe], because };
    case 'grub':
      return { candidates: [...loaders.shim, ...loaders.grub], because };
    case 'auto':
      return {
        candidates: [...loaders.signedIpxe, ...loaders.ipxe, ...loaders.shim, ...loaders.grub],
        because,
      };
  }
}

function howToGet(firmware: Firmware): string {
  const platform = platformOf(firmware);
  // no package of Debian or Ubuntu has a loader for ia32: it comes with the signed iPXE's release
  const isOnlyInRelease = platform === 'ia32';
  return `pxectl fetch${platform === undefined ? '' : ` --platform ${platform}`}${isOnlyInRelease ? ' --signed-ipxe' : ''}`;
}

function missing(firmware: Firmware, candidates: readonly Candidate[]): LoaderRefusal {
  const wanted = candidates.map((candidate) => candidate.needs.join(' with ')).join(', or ');
  return {
    reason: 'loader-missing',
    detail:
      wanted === ''
        ? `there is no loader for ${firmware} with this configuration`
        : `no loader for ${firmware} is in the store: it needs ${wanted} (${howToGet(firmware)})`,
  };
}
