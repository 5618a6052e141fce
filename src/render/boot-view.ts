import type { BootContext } from '../model/boot-context.ts';
import type { BootSettings } from '../model/config.ts';
import type { BootTarget } from '../model/boot-plan.ts';
import { bootChoice } from '../plan/boot-target.ts';
import { plainTitle } from './quoting.ts';

/** What a loader's file shows and boots, the same for every loader. */
export interface BootView {
  readonly title: string;
  readonly isMenu: boolean;
  /** it waits, and has no entries */
  readonly isHeld: boolean;
  readonly defaultId: string;
  /** 0 waits for ever */
  readonly timeoutSeconds: number;
  readonly entries: readonly BootViewEntry[];
}

export interface BootViewEntry {
  readonly id: string;
  readonly label: string;
  readonly isLocal: boolean;
  readonly isDefault: boolean;
  readonly isArm64: boolean;
  readonly target: BootTarget;
}

const HELD_TITLE = 'pxectl: nobody has said yet what this machine boots';

/** What a machine that waits shows; loaders put its MAC behind the last word of the second line. */
export const HELD_LINES = {
  ask: 'Ask your admin: pxectl machines adopt',
  goesOn: 'It asks again by itself, and boots as soon as that is done.',
} as const;

/** How long a machine that waits lets go by before it asks again. */
export const HOLD_SECONDS = 10;

/**
 * What follows the loader on this machine, on the clients of this profile, or on every other client.
 * @throws PxectlError E_IMAGE_NOT_FETCHED
 */
export function bootView(context: BootContext, client?: BootSettings): BootView {
  const choice = bootChoice(context, client);
  const title = client === undefined ? 'pxectl: what shall this machine boot?' : `pxectl: ${client.name}`;
  if (choice.kind === 'hold') {
    return {
      title: HELD_TITLE,
      isMenu: false,
      isHeld: true,
      defaultId: 'hold',
      timeoutSeconds: 0,
      entries: [],
    };
  }
  if (choice.kind === 'direct') {
    const { target } = choice;
    const image = context.images.find((candidate) => candidate.id === target.image);
    const entry = {
      id: target.image,
      label: plainTitle(image?.title ?? 'the local disk') || target.image,
      isLocal: target.image === 'local',
      isDefault: true,
      isArm64: image?.architecture === 'arm64',
      target,
    };
    return { title, isMenu: false, isHeld: false, defaultId: entry.id, timeoutSeconds: 0, entries: [entry] };
  }
  return {
    title,
    isMenu: true,
    isHeld: false,
    defaultId: choice.defaultId,
    timeoutSeconds: choice.timeoutSeconds,
    entries: choice.entries.map((entry) => ({
      id: entry.id,
      label: plainTitle(entry.title) || entry.id,
      isLocal: entry.target.image === 'local',
      isDefault: entry.id === choice.defaultId,
      isArm64: entry.architecture === 'arm64',
      target: entry.target,
    })),
  };
}

/** Whether there are images for ARM and for x86: then each menu shows only what its machine can run. */
export function isMixed(context: BootContext): boolean {
  return new Set(context.images.map((image) => image.architecture === 'arm64')).size > 1;
}
