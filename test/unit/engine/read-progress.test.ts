import { expect, it } from 'vitest';
import { readProgress } from '../../../src/engine/read-progress.ts';

it('a mebibyte of braces is no progress, and holds nobody up', () => {
  const braces = `{${Array.from({ length: 60_000 }, (_, index) => `"a${index}":{"b":[]}`).join(',')}}`;
  expect(braces.length).toBeGreaterThan(900_000);
  // read as a line of text: it is cut before anything is made of it
  const { stage } = readProgress(Buffer.from(braces), 'progress');
  expect([stage.slice(0, 5), stage.length < 400]).toEqual(['{"a0"', true]);
  expect(readProgress(Buffer.from('{"stage":"disks","percent":3}'), 'progress')).toEqual({
    stage: 'disks',
    percent: 3,
  });
});
