import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { KNOWN_DIFFERENCES } from '../../support/engine/known-differences.ts';

it('docs/engines.md names every difference that the contract lets pass, and no other', () => {
  const text = readFileSync(new URL('../../../docs/engines.md', import.meta.url), 'utf8');
  const section = text.split('## Where their answers differ')[1]?.split('\n## ')[0] ?? '';
  const headings = Array.from(section.matchAll(/^### (.+)$/gm), (match) => match[1]);
  expect(headings).toEqual(KNOWN_DIFFERENCES.map((difference) => difference.title));
});
