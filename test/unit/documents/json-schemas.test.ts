import { describe, expect, it } from 'vitest';
import { madeSchemas, publishedSchemas, schemaProblem } from '../../support/json-schemas/published.ts';

describe('docs/schemas', () => {
  it('is what the types of the source say: npx tsx test/support/write-json-schemas.ts', () => {
    const [made, published] = [madeSchemas(), publishedSchemas()];
    expect([...published.keys()].sort()).toEqual([...made.keys()].sort());
    for (const [name, text] of made) expect(published.get(name), name).toBe(text);
    expect(made.size).toBeGreaterThan(30);
  }, 120_000);

  it('finds what is not published', () => {
    const down = { schema: 'pxectl.down/1', changed: true, message: 'stopped' };
    expect(schemaProblem(down)).toBeUndefined();
    expect(schemaProblem({ ...down, more: 1 })).toContain('more');
    expect(schemaProblem({ ...down, changed: 'yes' })).toContain('changed');
    expect(schemaProblem({ schema: 'pxectl.down/1', changed: true })).toContain('message');
    expect(schemaProblem({ ...down, schema: 'pxectl.nothing/1' })).toContain(
      'docs/schemas has no nothing-1.json',
    );
    expect(schemaProblem({ time: 'x', type: 'no.type', detail: {} }, 'pxectl.event/1')).toContain('type');
  });
});
