import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { BootTrace } from '../../../src/model/boot-trace.ts';
import { parseMac } from '../../../src/protocol/addresses.ts';
import { JudgedBoots } from '../../../src/watch/judged-boots.ts';

const now = (): string => new Date().toISOString();
const boot = (index: number, more: Partial<BootTrace> = {}): BootTrace => {
  const mac = parseMac(
    `02:00:00:00:${(index >> 8).toString(16).padStart(2, '0')}:${(index & 255).toString(16).padStart(2, '0')}`,
  )!;
  const time = now();
  return {
    ...{
      mac,
      startedAt: time,
      lastEventAt: time,
      stages: [],
      current: 'discover',
      isDone: false,
      findings: [],
    },
    events: [{ time, type: 'tftp.start', mac, detail: {} }],
    ...more,
  };
};

describe('judged boots', () => {
  it('are judged again when there is something new, and not before', async () => {
    let judgements = 0;
    const boots = new JudgedBoots(() => {
      judgements += 1;
      return [];
    });
    const done = boot(1, { isDone: true });
    const all = [boot(0), done, boot(1, { startedAt: `${now().slice(0, -1)}0Z` })];
    expect((await boots.all(() => all)).map(({ outcome }) => outcome)).toEqual([
      'running',
      'installed',
      'running',
    ]);
    await boots.all(() => all);
    expect(judgements).toBe(3);
    const lastEventAt = new Date(Date.now() + 1000).toISOString();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const [changed] = await boots.all(() =>
      all.with(0, boot(0, { startedAt: all[0]!.startedAt, lastEventAt })),
    );
    expect(changed).toMatchObject({ lastEventAt });
    expect(judgements).toBe(4);
  });

  it('of many, the newest stages are told with findings of a moment ago, and others have their turn in between', async () => {
    let judgements = 0;
    const boots = new JudgedBoots(() => {
      judgements += 1;
      for (const end = performance.now() + 1; performance.now() < end;);
      return [];
    });
    const all = Array.from({ length: 300 }, (_, index) => boot(index));
    let isOver = false;
    let turns = 0;
    const others = (async () => {
      for (; !isOver; turns += 1) await setImmediate();
    })();
    await boots.all(() => all);
    const later = all.map((one): BootTrace => ({
      ...one,
      current: 'kernel',
      lastEventAt: new Date(Date.now() + 1).toISOString(),
    }));
    const told = await boots.all(() => later);
    isOver = true;
    await others;
    expect(told.every(({ current }) => current === 'kernel')).toBe(true);
    expect(turns).toBeGreaterThan(10);
    expect(judgements).toBeLessThan(600);
  });
});
