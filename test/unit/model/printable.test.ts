import { expect, it } from 'vitest';
import { printable, safeJson, safeOutput } from '../../../src/model/printable.ts';

it('leaves nothing that a terminal acts upon, in 7 bits, in 8, or in Unicode', () => {
  expect(printable('a\x1b[2Jb\r\n\0\x7f')).toBe('a?[2Jb????');
  expect(printable('\u009b2J \u202etxt.exe \u2028')).toBe('?2J ?txt.exe ?');
  expect(printable('Büro 计算机 🖥')).toBe('Büro 计算机 🖥');
});

it('is short, and says where it was cut', () => {
  expect(printable('x'.repeat(300))).toBe('x'.repeat(300));
  expect(printable('x'.repeat(301))).toBe(`${'x'.repeat(300)}…`);
  // not in the middle of a character
  expect(printable('ab🖥', 3)).toBe('ab?…');
});

it('what is written keeps its lines and its own colours, and nothing else that a terminal acts upon', () => {
  const text = 'a\tb\nc\x1b[31mred\x1b[39m \x1b[8mhidden \x1b[2J\u202e\x7f';
  expect(safeOutput(text, true)).toBe('a\tb\nc\x1b[31mred\x1b[39m ?[8mhidden ?[2J??');
  expect(safeOutput(text, false)).toBe('a\tb\nc?[31mred?[39m ?[8mhidden ?[2J??');
});

it('JSON says the same, in characters that a terminal only shows', () => {
  const value = { name: 'a\x1b\u009b\u202e\u{e0001}\x7f\n' };
  const text = safeJson(value, 2);
  expect(text).toMatch(/^[\n\x20-\x7e]+$/);
  expect(JSON.parse(text)).toEqual(value);
});
