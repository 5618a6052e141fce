import type { OrderToken } from './order-token.ts';
import type { MachineKey } from './machine-key.ts';

/** Somebody's order that the next network boot of a machine installs it. */
export interface ArmedOrder {
  /** ISO 8601 */
  readonly at: string;
  /** who gave it, as the system calls them */
  readonly by: string;
  /** every boot installs, not the next one alone */
  readonly isAlways: boolean;
  /** what was armed: the seed, absolute, and the image; absent when the configuration in force did not have it yet */
  readonly seed?: string | undefined;
  readonly image?: string | undefined;
}

/** A boot that has its seed and has not reported. */
export interface RunningInstall {
  readonly since: string;
  readonly armedBy: string;
  /** somebody disarmed it: it gets no more of its seed */
  readonly isClosed: boolean;
}

/** Where a machine with an install seed stands. Only `armed` lets a boot install. */
export type InstallState =
  | { readonly kind: 'not-armed' }
  /** `running`: the order was given while that boot installed, and is for the one after it */
  | ({ readonly kind: 'armed'; readonly running?: RunningInstall } & ArmedOrder)
  /** a boot has fetched the seed and spent the order; its report is waited for */
  | { readonly kind: 'installing'; readonly since: string; readonly armedBy: string }
  | { readonly kind: 'installed'; readonly since: string; readonly at: string }
  /** it booted from the network again, or was silent for too long, and never reported */
  | {
      readonly kind: 'unreported';
      readonly since: string;
      readonly at: string;
      readonly how: 'booted-again' | 'silent';
    }
  /** its installer said so; `message` is its own words */
  | { readonly kind: 'failed'; readonly since: string; readonly at: string; readonly message: string };

export const NOT_ARMED: InstallState = { kind: 'not-armed' };

/** What pxectl knows of the installs of all machines. */
export interface KnownInstalls {
  readonly installs: ReadonlyMap<MachineKey, InstallState>;
  /** of orders that are armed, or spent by a boot that goes on */
  readonly tokens: ReadonlyMap<MachineKey, OrderToken>;
  /** machines whose next network boot ends what was spent */
  readonly awaited: ReadonlySet<MachineKey>;
  /** why what the file says was not believed, one sentence; nobody is armed then */
  readonly problem?: string;
}

/** Since when a machine installs, whatever was ordered meanwhile. */
export function installingSince(state: InstallState | undefined): string | undefined {
  if (state?.kind === 'installing') return state.since;
  return state?.kind === 'armed' ? state.running?.since : undefined;
}
