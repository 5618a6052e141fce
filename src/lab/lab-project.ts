import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { readLoaderManifest } from '../images/loaders/loader-manifest.ts';
import { openStore, notFetched } from '../images/store.ts';
import type { Config, EngineChoice, NetworkMode } from '../model/config.ts';
import { openMachineStates } from '../machines/machine-states.ts';
import { assetError, usageError } from '../model/errors.ts';
import type { ImageManifest, SeedFormat } from '../model/image.ts';
import { stateLayout, type StateLayout } from '../model/state-layout.ts';
import { chooseLoader, type LoaderRefusal } from '../plan/choose-loader.ts';
import type { MacAddress } from '../protocol/addresses.ts';
import { LAB_BOARDS, type LabFirmware } from './lab-firmware.ts';
import { LAN } from './virtual-lan.ts';

/** The first loader that a lab can be told to use. */
export type LabLoader = 'pxelinux' | 'ipxe' | 'grub';

export interface LabProjectOptions {
  readonly folder: string;
  /** whose images and loaders are used */
  readonly userLayout: StateLayout;
  /** what the lab is to be like, where there is a configuration */
  readonly userConfig?: Config;
  readonly image?: string;
  readonly loader?: LabLoader;
  readonly mode?: NetworkMode;
  readonly engine: EngineChoice;
  readonly firmware: LabFirmware;
  readonly mac: MacAddress;
  /** install seed, instead of one that installs nothing by itself */
  readonly seedFile?: string;
  /** another server answers: what pxectl would refuse does not matter */
  readonly isServedElsewhere?: boolean;
}

/** A configuration of its own in the lab's folder, on the user's images and loaders. */
export interface LabProject {
  readonly configPath: string;
  readonly layout: StateLayout;
  readonly image: ImageManifest;
  readonly mode: NetworkMode;
  readonly loader: string;
  /** what the lab decided and the user should know */
  readonly notes: readonly string[];
}

/** Addresses that pxe-only and full lease in the lab; the router's own range ends at .49. */
const LEASE_RANGE = '192.168.1.200-192.168.1.220';
/**
 * Linux measures its timer against the processor as it starts, and panics ("IO-APIC + timer doesn't work") when this computer
 * is so busy that the emulation stands still meanwhile.
 */
const EMULATION_ARGUMENTS = ['no_timer_check'];

/**
 * Writes pxectl.yaml and an install seed for the one machine; `.pxectl/images` and `.pxectl/loaders` lead to the
 * user's, on the same file system, so that nothing is copied.
 * @throws PxectlError E_IMAGE_NOT_FETCHED, E_IMAGE_ARCHITECTURE
 */
export async function prepareLabProject(options: LabProjectOptions): Promise<LabProject> {
  const { folder, userLayout, userConfig, firmware } = options;
  const image = await findImage(options);
  const layout = stateLayout(join(folder, '.pxectl'));
  await mkdir(layout.root, { recursive: true });
  await symlink(userLayout.images, layout.images);
  await mkdir(userLayout.loaders, { recursive: true });
  await symlink(userLayout.loaders, layout.loaders);

  const loaders = chooseLoaders(options);
  const wantedMode = options.mode ?? userConfig?.network.mode;
  const refusal =
    options.isServedElsewhere === true
      ? undefined
      : await whyRefused(options, loaders, wantedMode ?? 'proxy');
  const needsLease = refusal?.reason === 'grub-needs-lease';
  // what the real run would refuse fails here too; without a configuration there is nothing to differ from
  if (refusal !== undefined && !(needsLease && wantedMode === undefined)) {
    throw usageError({
      what: `this machine (${firmware}) would get no loader in mode ${wantedMode ?? 'proxy'}`,
      why: refusal.detail,
      ...(needsLease ? { next: 'pxectl lab run --mode pxe-only tries that mode' } : {}),
    });
  }
  const mode = needsLease ? 'pxe-only' : (wantedMode ?? 'proxy');
  const seedFile = options.seedFile ?? join(folder, 'seed.cfg');
  if (options.seedFile === undefined) await writeFile(seedFile, minimalSeed(image.boot.seedFormat));
  else refuseUselessSeed(image);
  const configPath = join(folder, 'pxectl.yaml');
  await writeFile(
    configPath,
    stringify({
      version: 1,
      network: {
        interface: LAN.serverInterface,
        address: LAN.serverAddress,
        mode,
        ...(mode === 'proxy' ? {} : { range: LEASE_RANGE }),
      },
      http: { port: userConfig?.http.port ?? 8080 },
      engine: options.engine,
      images: [image.id],
      boot: {
        default: image.id,
        menu: false,
        arguments: [...(userConfig?.boot.arguments ?? []), ...EMULATION_ARGUMENTS],
        serialBaud: 115200,
      },
      loaders,
      machines: [
        {
          mac: options.mac,
          name: `lab-${firmware}`,
          image: image.id,
          ...(image.boot.seedFormat === 'none' ? {} : { install: { seed: seedFile, once: true } }),
          ...(firmware === 'uefi-secure' ? { secureBoot: true } : {}),
        },
      ],
      ...(userConfig?.engineOptions.docker.image === undefined
        ? {}
        : { engineOptions: { docker: { image: userConfig.engineOptions.docker.image } } }),
    }),
  );
  if (image.boot.seedFormat !== 'none') {
    const order = {
      at: new Date().toISOString(),
      by: 'lab',
      isAlways: false,
      seed: seedFile,
      image: image.id,
    };
    await openMachineStates(layout).arm(new Map([[options.mac, order]]));
  }
  const loader = firmware === 'bios' ? loaders.bios : loaders.uefi;
  const notes = needsLease
    ? [
        'GRUB would ask the router for its files in mode proxy: without a pxectl.yaml the lab uses mode pxe-only',
      ]
    : [];
  return { configPath, layout, image, mode, loader, notes };
}

/** Why the plan gives this machine no loader in this mode, if it does not. */
async function whyRefused(
  options: LabProjectOptions,
  loaders: Config['loaders'],
  mode: NetworkMode,
): Promise<LoaderRefusal | undefined> {
  const { firmware, userLayout } = options;
  const store = await readLoaderManifest(userLayout);
  const machine = { secureBoot: firmware === 'uefi-secure' };
  const chosen = chooseLoader(
    { config: { loaders, network: { mode } }, loaders: store },
    LAB_BOARDS[firmware].identifiesAs,
    machine,
  );
  return 'reason' in chosen ? chosen : undefined;
}

async function findImage(options: LabProjectOptions): Promise<ImageManifest> {
  const store = openStore(options.userLayout);
  const { architectures } = LAB_BOARDS[options.firmware];
  const runsHere = (image: ImageManifest): boolean => architectures.includes(image.architecture);
  const configured = options.userConfig?.boot.default;
  const wanted = options.image ?? (configured === 'local' ? undefined : configured);
  const image = wanted === undefined ? (await store.list()).find(runsHere) : await store.find(wanted);
  if (image === undefined) throw notFetched(wanted ?? 'debian-12');
  if (runsHere(image)) return image;
  throw assetError('E_IMAGE_ARCHITECTURE', {
    what: `${image.id} does not run on the lab's ${options.firmware} machine`,
    why: `its kernel is for ${image.architecture}, the machine runs ${architectures.join(' and ')}`,
    next: 'name another image with --image, or another machine with --firmware',
  });
}

function chooseLoaders(options: LabProjectOptions): Config['loaders'] {
  const { firmware, loader } = options;
  const configured = options.userConfig?.loaders ?? { bios: 'auto', uefi: 'auto' };
  if (loader === undefined) return configured;
  if (firmware === 'bios') return { ...configured, bios: loader === 'pxelinux' ? 'pxelinux' : 'ipxe' };
  return { ...configured, uefi: loader === 'grub' ? 'grub' : 'ipxe' };
}

/** @throws PxectlError for an image that takes no seed */
function refuseUselessSeed(image: ImageManifest): void {
  if (image.boot.seedFormat !== 'none') return;
  throw usageError({
    what: `${image.id} cannot be installed with a seed`,
    why: 'it is a live system: it reads none',
    next: 'name an image with an installer: --image debian-12',
  });
}

/** A seed that an installer accepts. It installs nothing by itself, and the machine has no disk. */
function minimalSeed(format: SeedFormat): string {
  switch (format) {
    case 'preseed':
      return 'd-i debian-installer/locale string en_US.UTF-8\nd-i debconf/frontend select text\n';
    case 'autoinstall':
      return '#cloud-config\nautoinstall:\n  version: 1\n  interactive-sections: ["*"]\n';
    case 'kickstart':
      return 'text\nlang en_US.UTF-8\n';
    case 'autoyast':
      return '<?xml version="1.0"?>\n<profile xmlns="http://www.suse.com/1.0/yast2ns"/>\n';
    case 'ignition':
      return '{ "ignition": { "version": "3.3.0" } }\n';
    case 'talos':
      return 'version: v1alpha1\nmachine: { type: worker }\n';
    case 'alpine':
      return '#!/bin/sh\n';
    case 'none':
      return '';
  }
}
