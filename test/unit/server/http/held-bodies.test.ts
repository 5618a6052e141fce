import { expect, it } from 'vitest';
import { HeldBodies } from '../../../../src/server/http/held-bodies.ts';

it('of one card, with however many addresses, the body that began first gives way to its seventeenth', () => {
  const bodies = new HeldBodies(1000);
  const gaveUp: string[] = [];
  const begin = (source: string, count: number) =>
    Array.from({ length: count }, (_, index) =>
      bodies.begin(source, () => gaveUp.push(`${source} ${index}`)),
    );
  begin('guest', 16);
  const [good] = begin('good', 1);
  expect(gaveUp).toEqual([]);
  begin('guest', 2);
  expect(gaveUp).toEqual(['guest 0', 'guest 1']);
  good?.end();
});

it('a body that has ended takes no place', () => {
  const bodies = new HeldBodies(1000);
  for (let count = 0; count < 100; count++) {
    bodies
      .begin('machine', () => {
        throw new Error('it gave way');
      })
      .end();
  }
});
