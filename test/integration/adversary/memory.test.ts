import { afterEach, beforeEach, expect } from 'vitest';
import { descriptors, Neighbourhood, type Attack } from '../../support/adversary/neighbourhood.ts';
import { itNeeds } from '../../support/external-tool.ts';

/**
 * How much of the whole, 20,000 DHCP exchanges, 4,000 TFTP transfers and 100,000 HTTP requests, is done after the warm-up: all of it
 * takes a minute more, with PXECTL_TEST_MEMORY_SHARE=1.
 */
const SHARE = Number(process.env['PXECTL_TEST_MEMORY_SHARE'] ?? 0.15);
const WARM_UP_SHARE = 0.15;
/** of memory, more than before */
const MOST_GROWTH = 1.1;

let here: Neighbourhood;

beforeEach(async () => {
  here = await Neighbourhood.make();
});
afterEach(() => here.destroy());

/** Exchanges, transfers and requests, with rubbish between them. */
const business = (share: number): readonly Attack[] => [
  ['exchangeOften', 20_000 * share],
  ['malformedDhcp', 500],
  ['fetchOften', 4_000 * share],
  ['malformedTftp', 500],
  ['sendRubbish', 500],
  ['askOften', 100_000 * share],
];

itNeeds('root', 'ip')(
  `memory after ${SHARE} of 20,000 DHCP exchanges, 4,000 TFTP transfers and 100,000 HTTP requests with rubbish between them is what it was`,
  async () => {
    const pid = await here.up('builtin');
    await here.attack(business(WARM_UP_SHARE));
    const fresh = await descriptors(pid);
    const before = await here.memory(pid);
    await here.attack(business(SHARE));
    // transfers that were given up go after their time
    await expect.poll(() => descriptors(pid), { timeout: 40_000 }).toBeLessThanOrEqual(fresh);
    const ratios = async (): Promise<number[]> => {
      const after = await here.memory(pid);
      const growth = [after.rssBytes / before.rssBytes, after.heldBytes / before.heldBytes];
      process.stdout.write(`memory before and after: ${JSON.stringify([before, after, growth])}\n`);
      return growth;
    };
    // what is kept for a while after the last request goes with its time
    await expect
      .poll(async () => Math.max(...(await ratios())), { timeout: 30_000, interval: 3000 })
      .toBeLessThan(MOST_GROWTH);
  },
  600_000,
);
