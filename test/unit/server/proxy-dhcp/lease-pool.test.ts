import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MacAddress } from '../../../../src/protocol/addresses.ts';
import { LeasePool } from '../../../../src/server/proxy-dhcp/lease-pool.ts';
import { ip, mac } from '../../../support/dhcp/client-packets.ts';

const client = (number: number): MacAddress => mac(`52:54:00:00:00:${number.toString(16).padStart(2, '0')}`);
const pool = (last: string, more: Partial<ConstructorParameters<typeof LeasePool>[0]> = {}) =>
  new LeasePool({
    range: { first: ip('10.0.0.10'), last: ip(last) },
    leaseSeconds: 600,
    reserved: [],
    isTaken: () => false,
    ...more,
  });

describe('LeasePool', () => {
  it('never gives one address to two clients at a time', () => {
    const step = fc.record({
      client: fc.integer({ min: 1, max: 6 }),
      action: fc.constantFrom('offer', 'confirm', 'release', 'decline'),
      address: fc.integer({ min: 9, max: 14 }),
      waitMs: fc.constantFrom(0, 1000, 61_000, 700_000),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const leases = pool('10.0.0.13');
        const holders = new Map<string, { mac: MacAddress; untilMs: number }>();
        let nowMs = 0;
        for (const { client: number, action, address, waitMs } of steps) {
          nowMs += waitMs;
          const who = client(number);
          const wanted = ip(`10.0.0.${address}`);
          if (action === 'release') {
            leases.release(who);
            for (const [held, holder] of holders) if (holder.mac === who) holders.delete(held);
          } else if (action === 'decline') {
            leases.decline(who, wanted, nowMs);
            if (holders.get(wanted)?.mac === who) holders.delete(wanted);
          } else {
            const given =
              action === 'offer'
                ? leases.offer(who, nowMs, wanted)
                : leases.confirm(who, wanted, nowMs)
                  ? wanted
                  : undefined;
            if (given === undefined) continue;
            expect(['10.0.0.10', '10.0.0.11', '10.0.0.12', '10.0.0.13']).toContain(given);
            const holder = holders.get(given);
            if (holder !== undefined && holder.untilMs > nowMs) expect(holder.mac).toBe(who);
            for (const [held, other] of holders) if (other.mac === who) holders.delete(held);
            holders.set(given, { mac: who, untilMs: nowMs + (action === 'offer' ? 60_000 : 600_000) });
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('gives a client the address that it had, even long after', () => {
    const leases = pool('10.0.0.12');
    leases.confirm(client(1), ip('10.0.0.12'), 0);
    expect(leases.offer(client(1), 10_000_000)).toBe('10.0.0.12');
    expect(leases.offer(client(2), 10_000_000)).toBe('10.0.0.10');
  });

  it('grants the address that a client asks for when it is free', () => {
    expect(pool('10.0.0.12').offer(client(1), 0, ip('10.0.0.11'))).toBe('10.0.0.11');
    expect(pool('10.0.0.12').offer(client(1), 0, ip('10.9.9.9'))).toBe('10.0.0.10');
  });

  it('takes the address whose lease ended first when all were used', () => {
    const leases = pool('10.0.0.11');
    leases.confirm(client(1), ip('10.0.0.10'), 1000);
    leases.confirm(client(2), ip('10.0.0.11'), 0);
    expect(leases.offer(client(3), 600_500)).toBe('10.0.0.11');
  });

  it('keeps off reserved addresses and those where the neighbour table knows another machine', () => {
    const leases = pool('10.0.0.12', {
      reserved: [ip('10.0.0.10')],
      isTaken: (address, who) => address === '10.0.0.11' && who !== client(9),
    });
    expect(leases.offer(client(1), 0)).toBe('10.0.0.12');
    expect(leases.confirm(client(1), ip('10.0.0.11'), 0)).toBe(false);
    expect(leases.confirm(client(9), ip('10.0.0.11'), 0)).toBe(true);
  });

  it('does not shorten a lease when its client asks again', () => {
    const leases = pool('10.0.0.10');
    leases.confirm(client(1), ip('10.0.0.10'), 0);
    leases.offer(client(1), 1000);
    expect(leases.offer(client(2), 100_000)).toBeUndefined();
  });

  it('is bounded whatever the configuration says', () => {
    expect(pool('10.255.255.255').contains(ip('10.0.16.10'))).toBe(false);
    expect(pool('10.255.255.255').contains(ip('10.0.16.9'))).toBe(true);
  });
});
