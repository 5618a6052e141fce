import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Turns } from '../../../src/platform/turns.ts';

it('does one thing after the other, and goes on when one fails', async () => {
  const turns = new Turns();
  const seen: string[] = [];
  const work = (name: string, waitMs: number) => async (): Promise<string> => {
    seen.push(`${name} begins`);
    await sleep(waitMs);
    seen.push(`${name} ends`);
    if (name === 'b') throw new Error('b failed');
    return name;
  };
  const done = await Promise.allSettled([
    turns.take(work('a', 20)),
    turns.take(work('b', 5)),
    turns.take(work('c', 0)),
  ]);
  expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  expect(done.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});
