import { expect, it } from 'vitest';
import { printable } from '../../../src/model/printable.ts';

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
