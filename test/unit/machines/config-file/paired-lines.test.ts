import { createTwoFilesPatch } from 'diff';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { changedLines, hunksOf } from '../../../../src/machines/config-file/paired-lines.ts';

it('is the difference that comparing every line with every other gives, where lines stay in their places', () => {
  const texts = fc.array(fc.tuple(fc.integer({ min: 0, max: 99 }), fc.boolean()), {
    minLength: 1,
    maxLength: 60,
  });
  fc.assert(
    fc.property(texts, (rows) => {
      const before = rows.map(([word], index) => `${index} ${word}`);
      const after = rows.map(([word, isChanged], index) => `${index} ${word}${isChanged ? ' new' : ''}`);
      const text = (lines: readonly string[]): string => `${lines.join('\n')}\n`;
      const patch = createTwoFilesPatch('a', 'a', text(before), text(after)).replace(/^[^]*?(?=@@|$)/, '');
      const changed = changedLines(before, after);
      expect(hunksOf(before, after, changed ?? [])).toBe(
        rows.some(([, isChanged]) => isChanged) ? patch : '',
      );
    }),
  );
});

it('leaves lines that moved, came or went to a real comparison', () => {
  expect(changedLines(['a', 'b', 'c'], ['b', 'a', 'c'])).toBeUndefined();
  expect(changedLines(['a', 'b'], ['a'])).toBeUndefined();
  expect(changedLines(['a', 'b'], ['a', 'x'])).toEqual([1]);
});

it('takes as long for ten thousand changed lines as they are long', () => {
  const before = Array.from({ length: 10_000 }, (_, index) => `- { name: pc-${index} }`);
  const after = before.map((line) => line.replace(' }', ', vars: { x: 1 } }'));
  expect(hunksOf(before, after, changedLines(before, after)!).split('\n')).toHaveLength(20_002);
}, 5_000);
