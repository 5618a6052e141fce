import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { ControlHandlers } from '../../../src/control/api.ts';
import { guestReads } from '../../../src/control/dashboard/guest-reads.ts';

describe('reads of guests', () => {
  it('are one for all who ask the same, one after the other, with rests between them', async () => {
    let running = 0;
    let most = 0;
    const began: number[] = [];
    const boots = async ({ limit }: { limit: number }): Promise<unknown> => {
      began.push(performance.now());
      most = Math.max(most, (running += 1));
      await sleep(30);
      running -= 1;
      return { limit };
    };
    const reads = guestReads({ boots } as unknown as ControlHandlers);
    const ask = reads.boots as unknown as (input: { limit: number }) => Promise<unknown>;
    const answers = await Promise.all([1, 1, 1, 2, 1, 3].map((limit) => ask({ limit })));
    expect(answers).toEqual([1, 1, 1, 2, 1, 3].map((limit) => ({ limit })));
    expect([most, began.length]).toEqual([1, 3]);
    // 30 ms of work and as long nothing
    expect((began[2] ?? 0) - (began[0] ?? 0)).toBeGreaterThan(115);
  });

  it('begin after they are asked for: a page asks since something has just happened', async () => {
    let state = 'before';
    const boots = async (): Promise<unknown> => {
      const seen = state;
      await sleep(50);
      return seen;
    };
    const reads = guestReads({ boots } as unknown as ControlHandlers);
    const ask = reads.boots as unknown as (input: object) => Promise<unknown>;
    const first = ask({});
    await sleep(20);
    state = 'after';
    expect(await Promise.all([first, ask({})])).toEqual(['before', 'after']);
  });

  it('are refused when more are asked for than anybody looks at', async () => {
    const reads = guestReads({ boots: () => sleep(1_000) } as unknown as ControlHandlers);
    const ask = reads.boots as unknown as (input: { limit: number }) => Promise<unknown>;
    const asked = Array.from({ length: 65 }, (_, limit) => ask({ limit }));
    for (const one of asked) one.catch(() => undefined);
    await expect(asked[64]).rejects.toThrow('too many look on at once');
  });
});
