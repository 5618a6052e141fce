import { setTimeout as sleep } from 'node:timers/promises';
import { inOneLine } from '../model/errors.ts';
import type { MachineKey } from '../model/machine-key.ts';
import type { InstallState } from '../model/machine-state.ts';
import { atMost, inParallel } from './in-parallel.ts';

/** A machine that is to be installed now. */
export interface InstallJob {
  readonly name: string;
  readonly key: MachineKey;
}

/** How it ended; only `installed` is what was wanted. */
export type InstallEnd =
  | { readonly kind: 'installed' }
  | { readonly kind: 'failed' | 'not-started'; readonly why: string }
  | { readonly kind: 'unreported' | 'withdrawn' }
  /** its time was up, or the whole run was stopped; an installer that has its seed goes on */
  | { readonly kind: 'late' | 'stopped'; readonly isInstalling: boolean };

/** What a run does to the world. */
export interface InstallParts {
  /** @throws PxectlError: nobody of them is armed then */
  readonly arm: (jobs: readonly InstallJob[]) => Promise<void>;
  readonly disarm: (jobs: readonly InstallJob[]) => Promise<void>;
  /** Makes it boot from the network; resolves with what was done, or what somebody has to do. */
  readonly start: (job: InstallJob) => Promise<string>;
  readonly states: () => Promise<ReadonlyMap<MachineKey, InstallState>>;
  /** a step of one machine, one line */
  readonly say: (job: InstallJob, text: string) => void;
}

export interface InstallRunOptions {
  /** machines at once */
  readonly parallel: number;
  /** for each machine, from its order */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly pollMs?: number;
}

const POLL_MS = 500;

/** Each start may be a process, and a controller that thinks for a minute: so many at a time, however many install. */
export const STARTS_AT_ONCE = 16;

/**
 * Arms machines, makes them boot and follows each to its end; one that cannot be started or is late holds nobody up.
 * Those whose boot has not begun when their time is up, or when the run is stopped, are disarmed.
 */
export async function runInstalls(
  jobs: readonly InstallJob[],
  { parallel, timeoutMs, signal, pollMs = POLL_MS }: InstallRunOptions,
  parts: InstallParts,
): Promise<ReadonlyMap<MachineKey, InstallEnd>> {
  const ends = new Map<MachineKey, InstallEnd>();
  const queue = [...jobs];
  const states = shared(parts.states, pollMs / 2);
  const starts = atMost(STARTS_AT_ONCE);

  /** The time before the orders, or why they are not given. */
  const arm = async (some: readonly InstallJob[]): Promise<number | string> => {
    const askedAtMs = Date.now();
    return parts.arm(some).then(() => askedAtMs, inOneLine);
  };

  const overAt = (armedAtMs: number): 'stopped' | 'late' | undefined =>
    signal.aborted ? 'stopped' : Date.now() - armedAtMs > timeoutMs ? 'late' : undefined;

  const one = async (job: InstallJob, armed: number | string): Promise<InstallEnd> => {
    if (typeof armed === 'string') return { kind: 'not-started', why: armed };
    try {
      await starts(async () => {
        if (overAt(armed) === undefined) parts.say(job, await parts.start(job));
      });
    } catch (error) {
      await parts.disarm([job]);
      return { kind: 'not-started', why: `${inOneLine(error)}; it is disarmed` };
    }
    return follow(job, armed);
  };

  const follow = async (job: InstallJob, armedAtMs: number): Promise<InstallEnd> => {
    const followedFromMs = Date.now();
    let isInstalling = false;
    for (;;) {
      const state = (await states(followedFromMs)).get(job.key) ?? { kind: 'not-armed' };
      const end = endOf(state, armedAtMs);
      if (end !== undefined) return end;
      if (state.kind === 'installing' && !isInstalling) parts.say(job, 'has its seed, and installs');
      isInstalling = state.kind === 'installing';
      const why = overAt(armedAtMs);
      if (why !== undefined) {
        if (!isInstalling) await parts.disarm([job]);
        return { kind: why, isInstalling };
      }
      await sleep(pollMs, undefined, { signal }).catch(() => undefined);
    }
  };

  // one change of what is served for all who begin together
  const firstJobs = queue.splice(0, parallel);
  const firstArmed = await arm(firstJobs);
  await Promise.all(
    firstJobs.map(async (first) => {
      ends.set(first.key, await one(first, firstArmed));
      for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
        ends.set(
          job.key,
          signal.aborted ? { kind: 'stopped', isInstalling: false } : await one(job, await arm([job])),
        );
      }
    }),
  );
  return ends;
}

/** Arms machines and makes them boot, without following them; only those have an end here that could not be started. */
export async function startInstalls(
  jobs: readonly InstallJob[],
  parallel: number,
  { arm, disarm, start, say }: Pick<InstallParts, 'arm' | 'disarm' | 'start' | 'say'>,
): Promise<ReadonlyMap<MachineKey, InstallEnd>> {
  const ends = new Map<MachineKey, InstallEnd>();
  await arm(jobs);
  await inParallel(jobs, parallel, async (job) => {
    try {
      say(job, await start(job));
    } catch (error) {
      await disarm([job]);
      const why = `${inOneLine(error)}; it is disarmed`;
      ends.set(job.key, { kind: 'not-started', why });
      say(job, `not started: ${why}`);
    }
  });
  return ends;
}

/** The end that a state is, for an order of this time; undefined while there is something to wait for. */
function endOf(state: InstallState, armedAtMs: number): InstallEnd | undefined {
  if (state.kind === 'armed') return undefined;
  if (state.kind === 'not-armed') return { kind: 'withdrawn' };
  // what a boot before this order came to
  if (Date.parse(state.since) < armedAtMs) return undefined;
  if (state.kind === 'installing') return undefined;
  return state.kind === 'failed' ? { kind: 'failed', why: state.message } : { kind: state.kind };
}

/** One look serves everybody who asks at about the same time, but nobody who wants to know what was so later. */
function shared<T>(look: () => Promise<T>, forMs: number): (notBeforeMs: number) => Promise<T> {
  let last: { readonly atMs: number; readonly value: Promise<T> } | undefined;
  return (notBeforeMs) => {
    const now = Date.now();
    if (last === undefined || last.atMs <= notBeforeMs || now - last.atMs > forMs) {
      last = { atMs: now, value: look() };
    }
    return last.value;
  };
}
