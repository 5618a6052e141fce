import { bootChoiceOf } from './boot-choice.ts';
import { isOfSystem } from './boot-event.ts';
import { BOOT_STAGES, type BootStage, type BootTrace } from './boot-trace.ts';
import { BOOT_IS_OVER_AFTER_MS, INSTALL_IS_OVER_AFTER_MS } from './life-cycle.ts';

/** How a boot ended, as far as a server can see it. */
export const BOOT_OUTCOMES = [
  /** it goes on */
  'running',
  /** the machine said that it is installed */
  'installed',
  /** its installer had its seed, and never said how it ended */
  'unreported',
  /** its kernel has come, and nothing is known to be wrong */
  'booted',
  /** it was told to start its own disk */
  'local',
  /** it was told to wait for somebody who adopts it */
  'held',
  /** it came to an end before its kernel, and nothing says why */
  'stopped',
  /** there is a finding that explains it, or its installer said so */
  'failed',
] as const;

export type BootOutcome = (typeof BOOT_OUTCOMES)[number];

/** Its boot ends after its install, with what is known of that. */
const INSTALL_BOOT_IS_OVER_AFTER_MS = INSTALL_IS_OVER_AFTER_MS + 5 * 60_000;

export function hasReached({ stages }: Pick<BootTrace, 'stages'>, stage: BootStage): boolean {
  return stages.some((one) => BOOT_STAGES.indexOf(one.stage) >= BOOT_STAGES.indexOf(stage));
}

/** Whoever asks for an address alone boots nothing. */
export const isNetworkBoot = ({ events }: Pick<BootTrace, 'events'>): boolean => !events.every(isOfSystem);

/** Whether nothing more is to come of a boot; another one of the same machine ends it too. */
export function isOver(trace: BootTrace, nowMs: number): boolean {
  if (trace.isDone || trace.events.some(({ type }) => type === 'install.failed')) return true;
  const waitMs = hasReached(trace, 'install-seed') ? INSTALL_BOOT_IS_OVER_AFTER_MS : BOOT_IS_OVER_AFTER_MS;
  return nowMs - Date.parse(trace.lastEventAt) >= waitMs;
}

/** Whether a boot among these, oldest first, has come to its end: the next boot of a machine ends the one before. */
export function endedAmong(boots: Iterable<BootTrace>): (boot: BootTrace, nowMs: number) => boolean {
  const latest = new Map(Array.from(boots, ({ mac, startedAt }) => [mac, startedAt]));
  return (boot, nowMs) => latest.get(boot.mac) !== boot.startedAt || isOver(boot, nowMs);
}

/** @param isEnded nothing more is to come of it */
export function outcomeOf(trace: BootTrace, isEnded: boolean): BootOutcome {
  if (trace.isDone) return 'installed';
  if (trace.findings.some(({ severity }) => severity === 'error')) return 'failed';
  if (!isEnded) return 'running';
  if (hasReached(trace, 'install-seed')) return 'unreported';
  if (hasReached(trace, 'kernel')) return 'booted';
  const boots = bootChoiceOf(trace.events)?.boots;
  if (boots === 'local') return 'local';
  return boots === 'hold' ? 'held' : 'stopped';
}
