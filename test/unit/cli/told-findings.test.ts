import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ToldFindings } from '../../../src/cli/up/told-findings.ts';
import type { Session } from '../../../src/engine/session.ts';
import type { RecordedBoot } from '../../../src/watch/boot-record.ts';

const START = Date.parse('2026-01-01T10:00:00Z');
beforeEach(() => vi.useFakeTimers({ now: START }));
afterEach(() => vi.useRealTimers());

const boot = (id: string, seconds: number, ...findings: string[]): RecordedBoot =>
  ({
    id,
    lastEventAt: new Date(START + seconds * 1000).toISOString(),
    findings: findings.map((one) => ({ id: one })),
  }) as unknown as RecordedBoot;

it('tells each finding of a boot once, also of one that has ended, and nothing of before', async () => {
  let boots = [boot('old', -60, 'loader-missing'), boot('a', 1), boot('b', 2, 'loader-missing')];
  const told: string[] = [];
  const session = {
    history: { boots: async () => boots },
    startedAt: new Date(START).toISOString(),
  } as unknown as Session;
  const findings = new ToldFindings(session, ({ id }, { id: whose }) => told.push(`${whose} ${id}`));
  await vi.advanceTimersByTimeAsync(11_000);
  expect(told).toEqual(['b loader-missing']);
  boots = [boot('old', 12, 'loader-missing'), boot('a', 12, 'seed-refused'), boot('b', 2, 'loader-missing')];
  await vi.advanceTimersByTimeAsync(5_000);
  expect(told.slice(1)).toEqual(['old loader-missing', 'a seed-refused']);
  findings.close();
  boots = [boot('c', 20, 'loader-missing')];
  await vi.advanceTimersByTimeAsync(60_000);
  expect(told).toHaveLength(3);
});
