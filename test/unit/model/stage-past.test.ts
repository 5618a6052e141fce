import { describe, expect, it } from 'vitest';
import type { BootStage, BootTrace } from '../../../src/model/boot-trace.ts';
import { comparedBoots } from '../../../src/model/stage-past.ts';
import { stageSpans } from '../../../src/model/stage-spans.ts';
import type { MacAddress } from '../../../src/protocol/addresses.ts';

const START = Date.parse('2026-01-01T00:00:00.000Z');

/** A boot whose stages begin at these seconds. */
function boot(mac: string, starts: Partial<Record<BootStage, number>>) {
  const stages = Object.entries(starts).map(([stage, second]) => ({
    ...{ stage: stage as BootStage, detail: '', durationMs: 1000 },
    startedAt: new Date(START + second * 1000).toISOString(),
  }));
  return { mac: mac as MacAddress, firmware: 'uefi-x64' as const, stages } satisfies Partial<BootTrace>;
}
const A = '52:54:00:00:00:01';
const B = '52:54:00:00:00:02';
const slow = (boots: readonly ReturnType<typeof boot>[]) =>
  comparedBoots(boots).map(({ compared }) =>
    compared.filter(({ isSlow }) => isSlow).map(({ stage }) => stage),
  );

describe('what is usual for a stage', () => {
  it('is how long it was until the next one began, and never less than nothing', () => {
    expect(stageSpans(boot(A, { discover: 0, loader: 4, kernel: 3, done: 9 }))).toEqual([
      { stage: 'discover', spanMs: 4000 },
      { stage: 'loader', spanMs: 0 },
      { stage: 'kernel', spanMs: 6000 },
    ]);
  });

  it('is the past of the machine itself: what it always takes long for is not slow', () => {
    const usual = boot(A, { discover: 0, loader: 1, kernel: 61 });
    const quick = [1, 2, 3, 4, 5, 6].map(() => boot(B, { discover: 0, loader: 1, kernel: 3 }));
    const late = boot(A, { discover: 0, loader: 1, kernel: 200 });
    expect(slow([...quick, usual, usual, usual, usual, late])).toEqual([
      ...quick.map(() => []),
      // no past yet: the fleet takes 2 s
      ...[['loader'], ['loader'], ['loader'], []],
      ['loader'],
    ]);
    const [last] = comparedBoots([...quick, usual, usual, usual, late]).slice(-1);
    expect(last?.compared.find(({ stage }) => stage === 'loader')).toEqual({
      ...{ stage: 'loader', spanMs: 199_000, ownMedianMs: 60_000, fleetMedianMs: 2000, isSlow: true },
    });
  });

  it('says nothing with too little past, and of a second or two', () => {
    const quick = boot(A, { discover: 0, loader: 1, kernel: 2 });
    expect(slow([quick, quick, boot(B, { discover: 0, loader: 1, kernel: 90 })]).flat()).toEqual([]);
    expect(slow([quick, quick, quick, boot(A, { discover: 0, loader: 1, kernel: 4 })]).flat()).toEqual([]);
  });

  it('compares 10,000 boots in a moment', () => {
    const boots = Array.from({ length: 10_000 }, (_, number) =>
      boot(`52:54:00:00:00:${String(number % 50).padStart(2, '0')}`, { discover: 0, loader: 1, kernel: 3 }),
    );
    const startedAt = performance.now();
    expect(slow(boots).flat()).toEqual([]);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});
