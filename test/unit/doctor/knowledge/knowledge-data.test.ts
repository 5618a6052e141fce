import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DATA_FORMS, dataProblems } from '../../../../src/doctor/knowledge/data-schema.ts';
import { knowledgeSchemas } from '../../../support/knowledge-schemas.ts';

describe('knowledge/data', () => {
  it('has the form of its schema, each id once, and names only what is there', () => {
    expect(dataProblems()).toEqual([]);
  });

  it('has its JSON Schemas for editors (npx tsx test/support/write-knowledge-schemas.ts)', () => {
    for (const [name, text] of knowledgeSchemas()) {
      const written = new URL(`../../../../src/doctor/knowledge/data/schemas/${name}`, import.meta.url);
      expect(readFileSync(written, 'utf8'), name).toBe(text);
    }
  });

  it.each([
    ['an unknown key', { id: 'a', texts: ['x'], meaning: 'm', causes: [], source: 's', colour: 'red' }],
    [
      'a cause without a tell',
      { id: 'a', texts: ['x'], meaning: 'm', causes: [{ finding: 'x' }], source: 's' },
    ],
    ['no text', { id: 'a', texts: [], meaning: 'm', causes: [], source: 's' }],
    [
      'a code that no screen has',
      { id: 'a', code: '12', texts: ['x'], meaning: 'm', causes: [], source: 's' },
    ],
  ])('refuses an entry with %s', (_what, entry) => {
    const file = { printedBy: 'x', rank: 1, entries: [entry] };
    expect(DATA_FORMS.messages.safeParse(file).success).toBe(false);
  });
});
