import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { timeoutSignal } from '../../../src/platform/timeout-signal.ts';
import { reachCollector } from '../../../src/platform/garbage-collector.ts';

const collectGarbage = reachCollector();

/** Whether the signal is told of while garbage is collected, and nothing but its listener holds it. */
function watched(make: () => AbortSignal): Promise<unknown> {
  return new Promise((resolve) => {
    const signal = make();
    signal.addEventListener('abort', () => resolve(signal.reason), { once: true });
  });
}

it('fires in a signal of several that nobody holds, whatever is collected before', async () => {
  const other = new AbortController();
  const reasons: unknown[] = [];
  for (let count = 0; count < 5; count++)
    void watched(() => AbortSignal.any([timeoutSignal(200), other.signal])).then((reason) =>
      reasons.push(reason),
    );
  for (let round = 0; round < 5; round++) {
    await sleep(10);
    collectGarbage();
  }
  await expect.poll(() => reasons).toHaveLength(5);
  expect(reasons[0]).toMatchObject({ name: 'TimeoutError' });
});
