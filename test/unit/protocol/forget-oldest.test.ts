import { expect, it } from 'vitest';
import { forgetOldest } from '../../../src/protocol/forget-oldest.ts';

it.each([1, 5, 8, 1000])('of a table of %i entries the oldest go, and never more than an eighth', (most) => {
  const table = new Map<number, string>();
  for (let entry = 1; entry <= 5 * most; entry++) {
    table.set(entry, 'of a stranger');
    forgetOldest(table, most);
    expect(table.size).toBeLessThanOrEqual(most);
    expect(table.size).toBeGreaterThanOrEqual(Math.min(entry, most - Math.floor(most / 8)));
    expect(table.has(entry)).toBe(true);
  }
});
