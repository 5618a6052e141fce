import type { BootContext } from '../model/boot-context.ts';
import type { BootTarget } from '../model/boot-plan.ts';
import type { BootSettings, UnknownChoice } from '../model/config.ts';
import { assetError } from '../model/errors.ts';
import { fileOf, type FileRole, type ImageManifest } from '../model/image.ts';
import { kernelArguments } from './kernel-arguments.ts';

/** Which kernel of an image: its own, or the hardware enablement one of a newer release. */
export type KernelVariant = 'standard' | 'hwe';

/** The machine's own disk. */
export const LOCAL_TARGET: BootTarget = {
  image: 'local',
  kernel: '',
  initrd: '',
  arguments: [],
  passesBootif: false,
  isUnattended: false,
  ramMiB: 0,
};

/** What follows the loader: something at once, or a menu to choose from. */
export type BootChoice =
  | { readonly kind: 'direct'; readonly target: BootTarget; readonly because: string }
  | {
      readonly kind: 'menu';
      readonly entries: readonly MenuEntry[];
      /** id of the entry that is booted when nobody chooses */
      readonly defaultId: string;
      /** 0 waits for ever */
      readonly timeoutSeconds: number;
      readonly because: string;
    }
  /** it waits until somebody has said what it boots */
  | { readonly kind: 'hold'; readonly because: string };

export interface MenuEntry {
  /** unique in the menu: the image id, with `-hwe` behind it for the second kernel, or `local` */
  readonly id: string;
  readonly title: string;
  readonly target: BootTarget;
  /** undefined for the local disk, which every machine has */
  readonly architecture?: ImageManifest['architecture'];
}

/**
 * What is booted from one image on one machine.
 * @throws PxectlError E_IMAGE_NOT_FETCHED when the image, or its kernel, is not in the store
 */
export function bootTarget(
  context: BootContext,
  imageId: string,
  client?: BootSettings,
  options: { readonly isUnattended?: boolean; readonly variant?: KernelVariant } = {},
): BootTarget {
  if (imageId === 'local') return LOCAL_TARGET;
  const image = context.images.find((candidate) => candidate.id === imageId);
  if (image === undefined) throw notFetched(imageId, 'it is in the configuration but not in the store');
  const isHwe = options.variant === 'hwe';
  const kernel = pathOf(image, isHwe ? 'kernel-hwe' : 'kernel');
  const initrd = pathOf(image, isHwe ? 'initrd-hwe' : 'initrd');
  const isUnattended = options.isUnattended ?? false;
  return {
    image: image.id,
    kernel,
    initrd,
    arguments: kernelArguments(context, {
      image,
      isUnattended,
      initrd,
      ...(client === undefined ? {} : { client }),
    }),
    passesBootif: image.boot.readsBootif === true,
    isUnattended,
    ramMiB: image.boot.ramMiB,
  };
}

function pathOf(image: ImageManifest, role: FileRole): string {
  const file = fileOf(image, role);
  if (file === undefined) throw notFetched(image.id, `its ${role} is not in the store`);
  return file.path;
}

function notFetched(imageId: string, why: string): Error {
  return assetError('E_IMAGE_NOT_FETCHED', {
    what: `the image ${imageId} is not here`,
    why,
    next: `pxectl fetch ${imageId}`,
    details: { image: imageId },
  });
}

/** What becomes of this client beside what `boot` says for everyone: `menu`, unless it is neither machine nor a profile's. */
export function unknownChoice({ config }: BootContext, client: BootSettings | undefined): UnknownChoice {
  return client === undefined ? config.boot.unknown : 'menu';
}

/** The image id, or `local`, that a machine boots when nobody chooses. */
export function defaultImageOf(context: BootContext, client: BootSettings | undefined): string {
  // who gets no answer, and comes here by another way, boots nothing of ours either
  if (['local', 'ignore'].includes(unknownChoice(context, client))) return 'local';
  // a machine whose install is done must not be installed again: its own disk comes first
  if (client?.install !== undefined && !client.isArmed) return 'local';
  return client?.image ?? context.config.boot.default;
}

/** Whether the next boot of this machine installs without asking (and wipes its disk). */
export function isUnattendedInstall(context: BootContext, client: BootSettings | undefined): boolean {
  return client?.install !== undefined && client.isArmed && defaultImageOf(context, client) !== 'local';
}

/**
 * Whether a client is left to boot its own disk without any answer: that is its default and there is no menu.
 * With a menu the loader starts, and the disk is the entry that is taken when nobody chooses.
 */
export function isLeftAlone(
  context: BootContext,
  client: BootSettings | undefined,
  isBios: boolean,
): boolean {
  // a loader holds them, or starts the disk at once: firmware that gets no answer waits for one
  if (unknownChoice(context, client) !== 'menu') return false;
  // UEFI tries PXE and HTTP over IPv4 and IPv6 for a minute and a half; a BIOS has its disk next
  if (client !== undefined && !isBios) return false;
  return !context.config.boot.menu && defaultImageOf(context, client) === 'local';
}

/** What becomes of clients that nobody named, in words. */
export const UNKNOWN_TEXTS = {
  hold: 'boot.unknown is hold: it waits until somebody says pxectl machines adopt',
  local: 'boot.unknown is local: it starts its own disk at once',
  ignore: 'boot.unknown is ignore: who is neither in machines nor taken by a profile gets no answer',
} as const satisfies Record<Exclude<UnknownChoice, 'menu'>, string>;

/**
 * What follows the loader on this machine, or on any other client when none is given.
 * @throws PxectlError E_IMAGE_NOT_FETCHED
 */
export function bootChoice(context: BootContext, client?: BootSettings): BootChoice {
  const { boot } = context.config;
  const imageId = defaultImageOf(context, client);
  const unknown = unknownChoice(context, client);
  if (unknown === 'hold') return { kind: 'hold', because: UNKNOWN_TEXTS.hold };
  if (unknown !== 'menu') return { kind: 'direct', target: LOCAL_TARGET, because: UNKNOWN_TEXTS[unknown] };
  if (client !== undefined && isUnattendedInstall(context, client)) {
    const target = bootTarget(context, imageId, client, { isUnattended: true });
    return { kind: 'direct', target, because: `${client.name} has an armed install: no menu` };
  }
  const because =
    client?.install === undefined
      ? `the default is ${imageId}`
      : `the install of ${client.name} is done or disarmed: the default is the local disk`;
  if (!boot.menu) return { kind: 'direct', target: bootTarget(context, imageId, client), because };
  if (imageId !== 'local') bootTarget(context, imageId, client);
  return {
    kind: 'menu',
    entries: [...context.images.flatMap((image) => entriesOf(context, image, client)), LOCAL_ENTRY],
    defaultId: imageId,
    timeoutSeconds: boot.timeoutSeconds,
    because,
  };
}

const LOCAL_ENTRY: MenuEntry = { id: 'local', title: 'Boot from the local disk', target: LOCAL_TARGET };

function entriesOf(
  context: BootContext,
  image: ImageManifest,
  client: BootSettings | undefined,
): MenuEntry[] {
  const { architecture } = image;
  const entry = {
    id: image.id,
    title: image.title,
    target: bootTarget(context, image.id, client),
    architecture,
  };
  if (fileOf(image, 'kernel-hwe') === undefined) return [entry];
  const hwe = bootTarget(context, image.id, client, { variant: 'hwe' });
  return [entry, { id: `${image.id}-hwe`, title: `${image.title} (HWE kernel)`, target: hwe, architecture }];
}
