import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it('has a heading in docs/errors.md for every error code, and none that does not exist', () => {
  const source = readFileSync('src/model/errors.ts', 'utf8');
  const union = source.slice(
    source.indexOf('export type ErrorCode'),
    source.indexOf('/** What an error is about'),
  );
  // E_BUG is no error that anybody foresaw
  const codes = [...[...union.matchAll(/'(E_[A-Z_]+)'/g)].map(([, code]) => code), 'E_BUG'].sort();
  const headings = [...readFileSync('docs/errors.md', 'utf8').matchAll(/^## (E_[A-Z_]+)$/gm)];
  expect(headings.map(([, code]) => code).sort()).toEqual(codes);
});
