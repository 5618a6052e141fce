import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../src');

/** `^\\s*` with the flag m: white space is line ends too, so that of n empty lines each is looked at n times. */
it('no expression looks for a line through empty ones before it', () => {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' });
  const found = files
    .filter((file) => /\.tsx?$/.test(file))
    .flatMap((file) =>
      readFileSync(join(root, file), 'utf8')
        .split('\n')
        .filter((line) => /\/(?:[^/\n]*\|)?\(?\^\\s[*+](?:\\.|[^/\\])*\/[a-z]*m[a-z]*(?![\w/])/.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    );
  expect(found).toEqual([]);
});
