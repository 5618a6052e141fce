import { expect, it } from 'vitest';
import { readProgress } from '../../../src/engine/read-progress.ts';

it('reads the head of a webhook whose log files are long, in no time that others would feel', () => {
  const said = {
    name: 'subiquity/Install',
    description: 'the "kernel"',
    event_type: 'finish',
    result: 'FAIL',
  };
  const body = Buffer.from(JSON.stringify({ ...said, files: [{ content: 'x'.repeat(900_000) }] }));
  expect(readProgress(body, 'progress')).toEqual({
    stage: 'subiquity/Install: the "kernel"',
    result: 'FAIL',
  });
  for (const hostile of ['{"a":{"b":[]},', '[', '{"a":', '"name":"\\', '{"name":"x",']) {
    const flood = Buffer.from(`{${hostile.repeat(900_000 / hostile.length)}`);
    const startedMs = performance.now();
    readProgress(flood, 'progress');
    // what was parsed whole took ten to fifty times as long
    expect(performance.now() - startedMs).toBeLessThan(100);
  }
});
