import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { fetchView } from '../../../src/cli/fetch-view.ts';
import type { Output } from '../../../src/cli/output.ts';
import type { FetchProgress } from '../../../src/images/fetch-progress.ts';

let now = 0;
beforeEach(() => {
  now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => vi.restoreAllMocks());

/** A view and the lines that it shows. */
function openView(isTerminal: boolean): { view: FetchProgress; lines: string[] } {
  const lines: string[] = [];
  const add = (line: string): void => void lines.push(line);
  const output = { isTerminal, status: add, progress: add, warn: add } as unknown as Output;
  return { view: fetchView(output), lines };
}
const bytes = (view: FetchProgress, doneBytes: number): void =>
  view({ type: 'bytes', subject: 'image', file: 'a.iso', doneBytes, totalBytes: 100_000_000 });

it('tells rate and time left of what came since it began, not of what was there', () => {
  const { view, lines } = openView(true);
  bytes(view, 40_000_000);
  now = 2000;
  bytes(view, 60_000_000);
  expect(lines.at(-1)).toBe('image a.iso: 60% of 100 MB  10.0 MB/s  4.0 s left');
});

it('measures anew when a download starts over', () => {
  const { view, lines } = openView(true);
  bytes(view, 50_000_000);
  now = 10_000;
  bytes(view, 0);
  now = 11_000;
  bytes(view, 10_000_000);
  expect(lines.at(-1)).toBe('image a.iso: 10% of 100 MB  10.0 MB/s  9.0 s left');
});

it('without a terminal it prints a line every five seconds', () => {
  const { view, lines } = openView(false);
  for (; now <= 12_000; now += 200) bytes(view, now * 1000);
  expect(lines).toEqual([
    'image a.iso: 5% of 100 MB  1.0 MB/s  1 min 35 s left',
    'image a.iso: 10% of 100 MB  1.0 MB/s  1 min 30 s left',
  ]);
});
