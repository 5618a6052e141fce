import { expect, it } from 'vitest';
import type { Ipv4Address } from '../../../src/protocol/addresses.ts';
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

it('counts a file on its way as it goes, and nothing of it twice when it has come', () => {
  const throughput = new Throughput();
  const endMs = Date.parse(END);
  const transfer = {
    ip: '192.168.1.60' as Ipv4Address,
    path: '/linux',
    startedAt: new Date(endMs - 3_000).toISOString(),
  };
  throughput.look([{ ...transfer, sentBytes: 2_000 }], endMs - 1_000);
  expect(throughput.until(endMs).slice(-3).map(Math.round)).toEqual([1_000, 1_000, 0]);
  throughput.look([{ ...transfer, sentBytes: 5_000 }], endMs);
  throughput.take({
    ...sent(END, 5_500, 3_000),
    ip: transfer.ip,
    detail: { path: '/linux', sentBytes: 5_500, durationMs: 3_000 },
  });
  const rates = throughput.until(endMs + 1_000);
  expect(rates.slice(-4).map(Math.round)).toEqual([1_000, 1_000, 3_500, 0]);
  expect(rates.reduce((sum, rate) => sum + rate, 0)).toBeCloseTo(5_500);
});
