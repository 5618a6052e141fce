import type { BootTrace } from './boot-trace.ts';
import type { Config } from './config.ts';
import { NOT_ARMED, type InstallState } from './machine-state.ts';

/** Where a machine stands in its life, as people and programs are told. */
export const LIFE_STATES = [
  /** it was seen on the network, and the configuration does not have it */
  'new',
  /** so it is, and it waits in front of a screen that says who to ask */
  'held',
  /** it is known, and nothing is going on */
  'idle',
  /** its next network boot installs it, and may wipe its disk */
  'armed',
  /** it is on its way from the network */
  'booting',
  /** it has its seed, which spent the order */
  'installing',
  /** it said so itself */
  'installed',
  /** it had its seed, booted again or was silent for hours, and never said that it is installed */
  'unreported',
  /** its installer said that it failed */
  'failed',
] as const;

export type LifeState = (typeof LIFE_STATES)[number];

/**
 * Where each state can go by one thing that happens. Nothing but an order leads to `armed`, and nothing but the boot that it was
 * given for to `installing`.
 */
export const LIFE_TRANSITIONS: Readonly<Record<LifeState, readonly LifeState[]>> = {
  new: ['held', 'idle', 'booting'],
  held: ['new', 'idle', 'booting'],
  // an installer that was disarmed goes on with what it has, and tells its end
  idle: ['armed', 'booting', 'installed', 'failed'],
  armed: ['idle', 'booting', 'installing', 'installed', 'unreported', 'failed'],
  booting: ['idle', 'armed', 'installing', 'installed', 'unreported', 'failed'],
  installing: ['idle', 'armed', 'installed', 'unreported', 'failed'],
  installed: ['idle', 'armed', 'booting'],
  unreported: ['idle', 'armed', 'booting', 'installed', 'failed'],
  failed: ['idle', 'armed', 'booting', 'installed'],
};

/** What a state is told from: nothing of it is stored twice. */
export interface LifeFacts {
  /** absent for a machine that has no install */
  readonly install?: InstallState | undefined;
  /** its last boot from the network, where one is known */
  readonly boot?: Pick<BootTrace, 'startedAt' | 'lastEventAt' | 'isDone'> | undefined;
  readonly nowMs: number;
}

export interface Life {
  readonly state: LifeState;
  /** ISO 8601; absent where nothing ever happened */
  readonly since?: string;
  /** a few words on how it came to that, where the state does not say it all */
  readonly why?: string;
  /** an order is there for a boot to come: that one installs, or each does */
  readonly order?: 'once' | 'always';
}

/** A boot that nothing was heard of for so long is over, one way or another. */
export const BOOT_IS_OVER_AFTER_MS = 15 * 60_000;

/** The slowest mirror and disk are done by then; who tells how far it is has that long after each word. */
export const INSTALL_IS_OVER_AFTER_MS = 6 * 3_600_000;

/** The state of one that it does not have: it waits, or gets what strangers get. */
export const lifeOfStranger = ({ unknown }: Config['boot']): LifeState =>
  unknown === 'hold' ? 'held' : 'new';

/** The state of a machine that the configuration has. */
export function lifeOf(facts: LifeFacts): Life {
  const { install = NOT_ARMED } = facts;
  const bootedAt = bootUnderWay(facts);
  switch (install.kind) {
    case 'not-armed':
      return bootedAt === undefined ? { state: 'idle' } : { state: 'booting', since: bootedAt };
    case 'armed': {
      const order = install.isAlways ? 'always' : 'once';
      if (install.running?.isClosed === false) {
        const why = `the boot after it is armed by ${install.by}`;
        return { state: 'installing', since: install.running.since, why, order };
      }
      const why = `by ${install.by}`;
      return bootedAt !== undefined && bootedAt >= install.at
        ? { state: 'booting', since: bootedAt, why: `armed ${why}`, order }
        : { state: 'armed', since: install.at, why, order };
    }
    case 'installing':
      return { state: 'installing', since: install.since };
    case 'installed':
      return { state: 'installed', since: install.at };
    case 'unreported':
      return {
        state: 'unreported',
        since: install.at,
        why: 'installed or not? it never reported',
      };
    case 'failed':
      return { state: 'failed', since: install.at, why: install.message };
  }
}

/** When the boot began that goes on now. */
function bootUnderWay({ boot, nowMs }: LifeFacts): string | undefined {
  if (boot === undefined || boot.isDone) return undefined;
  return nowMs - Date.parse(boot.lastEventAt) < BOOT_IS_OVER_AFTER_MS ? boot.startedAt : undefined;
}
