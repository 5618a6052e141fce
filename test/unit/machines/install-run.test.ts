import { expect, it } from 'vitest';
import {
  runInstalls,
  startInstalls,
  STARTS_AT_ONCE,
  type InstallJob,
  type InstallParts,
} from '../../../src/machines/install-run.ts';
import { NOT_ARMED, type InstallState } from '../../../src/model/machine-state.ts';
import type { MachineKey } from '../../../src/model/machine-key.ts';
import { parseMac } from '../../../src/protocol/addresses.ts';

const job = (index: number): InstallJob => ({
  name: `pc${index}`,
  key: parseMac(`52:54:00:00:${index < 100 ? '00' : '01'}:${String(index % 100).padStart(2, '0')}`)!,
});

/** A world in which every machine that was started takes these states, one at each look. */
function world(life: (job: InstallJob) => readonly InstallState[], start?: InstallParts['start']) {
  const states = new Map<MachineKey, InstallState>();
  const coming = new Map<MachineKey, InstallState[]>();
  const calls: string[] = [];
  const parts: InstallParts = {
    arm: async (jobs) => {
      calls.push(`arm ${jobs.map(({ name }) => name).join(' ')}`);
      for (const one of jobs) {
        states.set(one.key, { kind: 'armed', at: new Date().toISOString(), by: 'me', isAlways: false });
        coming.set(one.key, [...life(one)]);
      }
    },
    disarm: async (jobs) => {
      calls.push(`disarm ${jobs.map(({ name }) => name).join(' ')}`);
      for (const { key } of jobs) states.set(key, NOT_ARMED);
    },
    start: start ?? (async () => 'switched on'),
    states: async () => {
      for (const [mac, ahead] of coming) {
        const next = ahead.shift();
        if (next !== undefined) states.set(mac, next);
      }
      return new Map(states);
    },
    say: () => undefined,
  };
  return { parts, calls };
}

const soon = (): string => new Date(Date.now() + 1_000).toISOString();
const installing = (): InstallState => ({ kind: 'installing', since: soon(), armedBy: 'me' });
const installed = (): InstallState => ({ kind: 'installed', since: soon(), at: soon() });
const options = { parallel: 2, timeoutMs: 60_000, signal: new AbortController().signal, pollMs: 2 };

it('arms those who begin together at once, and each other one when a place is free', async () => {
  const { parts, calls } = world(() => [installing(), installed()]);
  const ends = await runInstalls([job(1), job(2), job(3), job(4)], options, parts);
  expect([...ends.values()]).toEqual(Array.from({ length: 4 }, () => ({ kind: 'installed' })));
  expect(calls).toEqual(['arm pc1 pc2', 'arm pc3', 'arm pc4']);
});

it('one that cannot be switched on is disarmed, and the others go on', async () => {
  const { parts, calls } = world(
    () => [installed()],
    async ({ name }) => {
      if (name === 'pc1') throw new Error('its BMC does not answer');
      return 'switched on';
    },
  );
  const ends = await runInstalls([job(1), job(2)], options, parts);
  expect(ends.get(job(1).key)).toEqual({
    kind: 'not-started',
    why: 'its BMC does not answer; it is disarmed',
  });
  expect(ends.get(job(2).key)).toEqual({ kind: 'installed' });
  expect(calls).toContain('disarm pc1');
});

it('an order that cannot be given starts nobody', async () => {
  const { parts } = world(() => []);
  const started: string[] = [];
  const ends = await runInstalls([job(1)], options, {
    ...parts,
    arm: async () => Promise.reject(new Error('the disk is full')),
    start: async ({ name }) => {
      started.push(name);
      return '';
    },
  });
  expect(ends.get(job(1).key)).toEqual({ kind: 'not-started', why: 'the disk is full' });
  expect(started).toEqual([]);
});

it('tells one that somebody disarms, one that failed, and one that never reported', async () => {
  const lives: Record<string, () => InstallState[]> = {
    pc1: () => [NOT_ARMED],
    pc2: () => [installing(), { kind: 'failed', since: soon(), at: soon(), message: 'no disk' }],
    pc3: () => [installing(), { kind: 'unreported', since: soon(), at: soon(), how: 'silent' }],
  };
  const { parts } = world(({ name }) => lives[name]?.() ?? []);
  const ends = await runInstalls([job(1), job(2), job(3)], { ...options, parallel: 3 }, parts);
  expect([...ends.values()]).toEqual(
    expect.arrayContaining([
      { kind: 'withdrawn' },
      { kind: 'failed', why: 'no disk' },
      { kind: 'unreported' },
    ]),
  );
});

it('whose time is up is disarmed, unless it installs', async () => {
  const { parts, calls } = world(({ name }) => (name === 'pc2' ? [installing()] : []));
  const ends = await runInstalls([job(1), job(2)], { ...options, timeoutMs: 20 }, parts);
  expect(ends.get(job(1).key)).toEqual({ kind: 'late', isInstalling: false });
  expect(ends.get(job(2).key)).toEqual({ kind: 'late', isInstalling: true });
  expect(calls.filter((call) => call.startsWith('disarm'))).toEqual(['disarm pc1']);
});

it('what an earlier boot came to is no end of this one', async () => {
  const before = new Date(Date.now() - 60_000).toISOString();
  const { parts } = world(() => [
    { kind: 'installed', since: before, at: before },
    installing(),
    installed(),
  ]);
  const ends = await runInstalls([job(1)], options, parts);
  expect(ends.get(job(1).key)).toEqual({ kind: 'installed' });
});

it.each(['runInstalls', 'startInstalls'] as const)(
  '%s switches only some on at once, and all in the end',
  async (way) => {
    const jobs = Array.from({ length: 150 }, (_, index) => job(index));
    let running = 0;
    let most = 0;
    const { parts } = world(
      () => [installed()],
      async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 1));
        running -= 1;
        return 'switched on';
      },
    );
    const ends =
      way === 'runInstalls'
        ? await runInstalls(jobs, { ...options, parallel: jobs.length }, parts)
        : await startInstalls(jobs, STARTS_AT_ONCE, parts);
    expect(ends.size).toBe(way === 'runInstalls' ? 150 : 0);
    expect(most).toBe(STARTS_AT_ONCE);
  },
);

it('who waits to be switched on when the run is stopped is not switched on, and is disarmed', async () => {
  const stop = new AbortController();
  const jobs = Array.from({ length: STARTS_AT_ONCE + 2 }, (_, index) => job(index));
  const started: string[] = [];
  const { parts, calls } = world(
    () => [],
    async ({ name }) => {
      started.push(name);
      stop.abort();
      return 'switched on';
    },
  );
  const ends = await runInstalls(jobs, { ...options, parallel: jobs.length, signal: stop.signal }, parts);
  expect(started).toHaveLength(1);
  expect([...ends.values()]).toEqual(jobs.map(() => ({ kind: 'stopped', isInstalling: false })));
  expect(calls.filter((call) => call.startsWith('disarm'))).toHaveLength(jobs.length);
});
