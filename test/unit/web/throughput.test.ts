import { expect, it } from 'vitest';
import { SHOWN_SECONDS, Throughput } from '../../../src/web/throughput.ts';

const END = '2026-11-28T10:00:10.000Z';
const sent = (time: string, sentBytes: number, durationMs: number) =>
  ({ time, type: 'http.done', detail: { sentBytes, durationMs } }) as const;

it('spreads what was sent over the time that it took', () => {
  const throughput = new Throughput();
  throughput.take(sent(END, 4_000, 4_000));
  throughput.take(sent(END, 500, 0));
  throughput.take({ time: END, type: 'http.get', detail: {} });
  const rates = throughput.until(Date.parse(END) + 1_000);
  expect(rates).toHaveLength(SHOWN_SECONDS);
  expect(rates.slice(-6).map(Math.round)).toEqual([0, 1_000, 1_000, 1_000, 1_500, 0]);
});

it('forgets what is not shown any more', () => {
  const throughput = new Throughput();
  const startMs = Date.parse(END);
  for (let second = 0; second < 2_000; second += 1) {
    throughput.take(sent(new Date(startMs + second * 1_000).toISOString(), 10, 1_000));
  }
  expect(throughput.until(startMs + 2_000_000).reduce((sum, rate) => sum + rate, 0)).toBeGreaterThan(1_000);
  expect(throughput.until(startMs)[0]).toBe(0);
});
