import fc from 'fast-check';
import { expect, it } from 'vitest';
import { findJsonMistake } from '../../../../src/machines/seeds/json-mistake.ts';

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

it('is of one mind with JSON.parse, also about texts that somebody spoilt', () => {
  const spoilt = fc
    .tuple(fc.json(), fc.nat(200), fc.constantFrom('', ',', '}', '"', '01', ' ', 'x', '\\'), fc.nat(3))
    .map(([text, at, put, cut]) => text.slice(0, at) + put + text.slice(at + cut));
  fc.assert(
    fc.property(fc.oneof(fc.json(), spoilt, fc.string()), (text) => {
      expect(findJsonMistake(text) === undefined).toBe(isJson(text));
    }),
    { numRuns: 2_000 },
  );
});

it.each([
  ['', 0],
  ['{"a": 01}', 6],
  ['[1,]', 3],
  ['{"a" 1}', 5],
  ['[1] 2', 4],
  ["{'a': 1}", 1],
])('%s stops being JSON at %i', (text, offset) => {
  expect(findJsonMistake(text)?.offset).toBe(offset);
});
