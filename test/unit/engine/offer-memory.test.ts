import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OfferMemory } from '../../../src/engine/dnsmasq/offer-memory.ts';
import type { Ipv4Address, MacAddress } from '../../../src/protocol/addresses.ts';
import { ip, mac } from '../../support/dhcp/client-packets.ts';

const client = (number: number): MacAddress => mac(`52:54:00:00:00:${number.toString(16).padStart(2, '0')}`);
const address = (last: number): Ipv4Address => ip(`10.0.0.${last}`);
const options = (last = 13, own: readonly (readonly [MacAddress, Ipv4Address])[] = []) => ({
  range: { first: address(10), last: address(last) },
  leaseSeconds: 600,
  avoided: [],
  ownAddresses: new Map(own),
});
const kept = (memory: OfferMemory, nowMs = 0) => Object.fromEntries(memory.reservations(nowMs));

describe('what dnsmasq has offered', () => {
  it('stays with the first client; a second that was offered the same gets another at its next try', () => {
    const memory = new OfferMemory(options());
    expect(memory.offered(client(1), address(11), 0)).toBe(true);
    expect(memory.offered(client(1), address(11), 1)).toBe(false);
    expect(memory.offered(client(2), address(11), 2)).toBe(true);
    expect(kept(memory)).toEqual({ [client(1)]: '10.0.0.11', [client(2)]: '10.0.0.10' });
    expect(memory.offered(client(2), address(10), 3)).toBe(false);
  });

  it('is moved when somebody answers for it or the client declines it, unless it is the client itself', () => {
    const memory = new OfferMemory(options());
    memory.offered(client(1), address(10), 0);
    expect(memory.used(address(10), client(1), 1)).toBe(false);
    expect(memory.used(address(10), client(9), 1)).toBe(true);
    expect(kept(memory)).toEqual({ [client(9)]: '10.0.0.10', [client(1)]: '10.0.0.11' });
    expect(memory.declined(client(1), address(11), 2)).toBe(true);
    expect(kept(memory)).toMatchObject({ [client(1)]: '10.0.0.12' });
    expect(kept(memory, 700_000)).toEqual({ [client(1)]: '10.0.0.12' });
    expect(memory.used(ip('10.9.9.9'), client(9), 3)).toBe(false);
  });

  it('is free again as soon as nobody answers there any more', () => {
    const memory = new OfferMemory(options());
    memory.used(address(10), client(8), 0);
    memory.offered(client(1), address(11), 0);
    memory.declined(client(1), address(11), 1);
    expect(memory.unused([address(10), address(11)], 2)).toBe(true);
    expect(Object.values(kept(memory))).not.toContain('10.0.0.10');
    // what a client said is no card's, and ends by itself
    expect(memory.unused([address(11)], 3)).toBe(false);
    expect(memory.unused([], 700_000)).toBe(true);
  });

  it('is not taken from everybody by one who answers for every address', () => {
    const memory = new OfferMemory(options(29, [[client(1), address(15)]]));
    for (let last = 10; last <= 29; last += 1) memory.used(address(last), client(9), 0);
    expect(memory.reservations(1)).toHaveLength(3);
    // nor by many: half is left, and a configured machine's own address is never told twice
    for (let last = 10; last <= 29; last += 1) memory.used(address(last), client(20 + last), 2);
    const reserved = memory.reservations(3).map(([, one]) => one);
    expect(reserved.length).toBeLessThanOrEqual(10);
    expect(reserved).not.toContain('10.0.0.15');
  });

  it('leaves configured machines to the configuration, also when they are configured later', () => {
    const memory = new OfferMemory(options(13, [[client(1), address(10)]]));
    expect(memory.offered(client(1), address(10), 0)).toBe(false);
    memory.offered(client(2), address(11), 0);
    memory.offered(client(3), address(12), 0);
    memory.change(
      options(13, [
        [client(4), address(11)],
        [client(3), address(13)],
      ]),
    );
    expect(kept(memory)).toEqual({});
  });

  it('is kept for the next boot in half of the range, the longest gone go first', () => {
    const memory = new OfferMemory(options());
    memory.restore(client(7), address(13));
    memory.restore(client(8), address(13));
    memory.leased(client(1), address(10), 0);
    memory.offered(client(2), address(11), 0);
    // two of four are idle when a third comes, and one that is leased never goes
    expect(kept(memory)).toEqual({ [client(1)]: '10.0.0.10', [client(2)]: '10.0.0.11' });
    memory.offered(client(3), address(12), 100_000);
    expect(kept(memory)).toEqual({ [client(1)]: '10.0.0.10', [client(3)]: '10.0.0.12' });
  });

  it('is not kept for made-up clients without end: a quarter is left to whoever takes what he is offered', () => {
    const memory = new OfferMemory(options(29));
    memory.leased(client(1), address(10), 0);
    memory.leased(client(2), address(11), 0);
    let changes = 0;
    for (let made = 0; made < 200; made += 1) {
      if (memory.offered(client(0x20 + made), address(12 + (made % 18)), made)) changes += 1;
    }
    expect(memory.reservations(200)).toHaveLength(2 + 13);
    expect(changes).toBe(13);
    expect(memory.leased(client(3), address(29), 300)).toBe(true);
    // nobody took them
    memory.offered(client(4), address(28), 61_000);
    expect(Object.keys(kept(memory, 61_000))).toEqual([1, 2, 3, 4].map(client));
  });

  it('never reserves one address for two', () => {
    const step = fc.record({
      who: fc.integer({ min: 1, max: 7 }),
      what: fc.constantFrom('offered', 'leased', 'declined', 'used'),
      where: fc.integer({ min: 9, max: 15 }),
      waitMs: fc.constantFrom(0, 1000, 61_000, 700_000),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const memory = new OfferMemory(options());
        let nowMs = 0;
        for (const { who, what, where, waitMs } of steps) {
          nowMs += waitMs;
          if (what === 'used') memory.used(address(where), client(who), nowMs);
          else memory[what](client(who), address(where), nowMs);
          const addresses = memory.reservations(nowMs).map(([, reserved]) => reserved);
          expect(new Set(addresses).size).toBe(addresses.length);
        }
      }),
      { numRuns: 200 },
    );
  });
});
