import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Ipv4Address, MacAddress } from '../../../../src/protocol/addresses.ts';
import { LeasePool } from '../../../../src/server/proxy-dhcp/lease-pool.ts';
import { ip, mac } from '../../../support/dhcp/client-packets.ts';

const client = (number: number): MacAddress => mac(`52:54:00:00:00:${number.toString(16).padStart(2, '0')}`);
const pool = (last: string, more: Partial<ConstructorParameters<typeof LeasePool>[0]> = {}) =>
  new LeasePool({
    range: { first: ip('10.0.0.10'), last: ip(last) },
    leaseSeconds: 600,
    reserved: [],
    ...more,
  });

const addressFor = (leases: LeasePool, who: MacAddress, nowMs: number, wanted?: Ipv4Address) =>
  leases.offer(who, nowMs, wanted)?.address;

describe('LeasePool', () => {
  it('gives what made-up clients declined, after a probe, to who finds nothing else', () => {
    const leases = pool('10.0.0.13');
    for (let number = 1; number <= 4; number += 1) {
      const address = addressFor(leases, client(number), number) ?? expect.fail();
      leases.decline(client(number), address, number, true);
    }
    expect(leases.offer(client(9), 10)).toEqual({ address: ip('10.0.0.10'), needsProbe: true });
    // a probe has seen somebody there: nobody gets it
    leases.decline(client(9), ip('10.0.0.10'), 11);
    expect(addressFor(leases, client(9), 12)).toBe('10.0.0.11');
  });

  it('gives a client that declined an address another one while there is one', () => {
    const leases = pool('10.0.0.11');
    expect(addressFor(leases, client(1), 0)).toBe('10.0.0.10');
    leases.release(client(1), 1);
    expect(addressFor(leases, client(1), 2)).toBe('10.0.0.10');
    leases.decline(client(1), ip('10.0.0.10'), 3, true);
    expect(addressFor(leases, client(1), 4)).toBe('10.0.0.11');
  });

  const leased = (leases: LeasePool, who: MacAddress, nowMs: number): Ipv4Address => {
    const address = addressFor(leases, who, nowMs) ?? expect.fail();
    leases.probed(who, address, nowMs);
    leases.confirm(who, address, nowMs);
    return address;
  };
  const [machine, guest] = [client(1), client(2)];

  it('a machine keeps its address that was given back in its name, and to another the probe finds it there', () => {
    const leases = pool('10.0.0.12');
    const address = leased(leases, machine, 0);
    leases.release(machine, 1000);
    expect(leases.offer(guest, 1001, address)).toEqual({ address, needsProbe: true });
    // the machine renews while the guest's probe is under way
    expect(leases.claim(machine, address, 1002)).toEqual({ address, needsProbe: true });
    expect(leases.offer(guest, 1003, address)?.address).not.toBe(address);

    leases.release(machine, 2000);
    expect(leases.offer(client(4), 2001, address)?.address).toBe(address);
    expect(leases.foundAnother(client(4), address, machine, 2300)).toBe(true);
    expect(leases.claim(machine, address, 2301)).toEqual({ address, needsProbe: false });
    const other = leases.offer(client(4), 2302, address)?.address ?? expect.fail();
    expect(other).not.toBe(address);
    // whoever else answers is no machine of ours: nobody gets it
    expect(leases.foundAnother(client(4), other, client(9), 2304)).toBe(false);
    expect(leases.offer(client(3), 2305, other)?.address).not.toBe(other);
  });

  it('a machine keeps its address that was declined in its name, after a probe; later nobody believes it', () => {
    const leases = pool('10.0.0.12');
    const address = leased(leases, machine, 0);
    leases.decline(machine, address, 1000, true);
    expect(leases.claim(machine, address, 1001)).toEqual({ address, needsProbe: true });
    leases.probed(machine, address, 1300, true);
    leases.confirm(machine, address, 1301);
    leases.decline(machine, address, 100_000, true);
    expect(leases.claim(machine, address, 100_001)).toEqual({ address, needsProbe: false });
  });

  it('never gives one address to two clients at a time', () => {
    const step = fc.record({
      client: fc.integer({ min: 1, max: 6 }),
      action: fc.constantFrom('offer', 'take', 'confirm', 'release', 'decline'),
      address: fc.integer({ min: 9, max: 14 }),
      waitMs: fc.constantFrom(0, 1000, 61_000, 700_000),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const leases = pool('10.0.0.13');
        /** an address that was only offered may go to another who asks */
        const holders = new Map<string, { mac: MacAddress; untilMs: number }>();
        let nowMs = 0;
        for (const { client: number, action, address, waitMs } of steps) {
          nowMs += waitMs;
          const who = client(number);
          const wanted = ip(`10.0.0.${address}`);
          if (action === 'release') {
            leases.release(who, nowMs);
            for (const [held, holder] of holders) if (holder.mac === who) holders.delete(held);
          } else if (action === 'decline') {
            leases.decline(who, wanted, nowMs);
            if (holders.get(wanted)?.mac === who) holders.delete(wanted);
          } else {
            const given =
              action === 'offer'
                ? leases.offer(who, nowMs, wanted)?.address
                : leases.claim(who, wanted, nowMs, action === 'take')?.address;
            if (given === undefined) continue;
            const seconds = action === 'offer' ? 0 : leases.confirm(who, given, nowMs);
            expect(['10.0.0.10', '10.0.0.11', '10.0.0.12', '10.0.0.13']).toContain(given);
            const holder = holders.get(given);
            if (holder !== undefined && holder.untilMs > nowMs) expect(holder.mac).toBe(who);
            for (const [held, other] of holders) if (other.mac === who) holders.delete(held);
            if (action !== 'offer') holders.set(given, { mac: who, untilMs: nowMs + seconds * 1000 });
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('gives a client the address that it had, even long after', () => {
    const leases = pool('10.0.0.12');
    leases.confirm(client(1), ip('10.0.0.12'), 0);
    expect(addressFor(leases, client(1), 10_000_000)).toBe('10.0.0.12');
    expect(addressFor(leases, client(2), 10_000_000)).toBe('10.0.0.10');
  });

  it('grants the address that a client asks for when it is free', () => {
    expect(addressFor(pool('10.0.0.12'), client(1), 0, ip('10.0.0.11'))).toBe('10.0.0.11');
    expect(addressFor(pool('10.0.0.12'), client(1), 0, ip('10.9.9.9'))).toBe('10.0.0.10');
  });

  it('takes the address whose lease ended first when all were used', () => {
    const leases = pool('10.0.0.11');
    leases.confirm(client(1), ip('10.0.0.10'), 1000);
    leases.confirm(client(2), ip('10.0.0.11'), 0);
    expect(addressFor(leases, client(3), 600_500)).toBe('10.0.0.11');
  });

  it('keeps off reserved addresses and those that a probe found in use', () => {
    const leases = pool('10.0.0.12', { reserved: [ip('10.0.0.10')] });
    expect(leases.offer(client(1), 0)).toEqual({ address: '10.0.0.11', needsProbe: true });
    leases.decline(client(1), ip('10.0.0.11'), 1);
    expect(addressFor(leases, client(1), 2)).toBe('10.0.0.12');
    expect(leases.claim(client(2), ip('10.0.0.11'), 3)).toBeUndefined();
    leases.confirm(client(1), ip('10.0.0.12'), 3);
    expect(addressFor(leases, client(2), 4)).toBeUndefined();
    expect(leases.claim(client(2), ip('10.0.0.11'), 600_002)?.address).toBe('10.0.0.11');
  });

  it('has an address probed for each new client, and not again while it is the same one', () => {
    const leases = pool('10.0.0.10');
    const needsProbe = (who: number, nowMs: number): boolean | undefined =>
      leases.offer(client(who), nowMs)?.needsProbe;
    expect([needsProbe(1, 0), needsProbe(1, 1)]).toEqual([true, true]);
    leases.probed(client(1), ip('10.0.0.10'), 2);
    expect([needsProbe(1, 3), leases.claim(client(1), ip('10.0.0.10'), 4)?.needsProbe]).toEqual([
      false,
      false,
    ]);
    leases.confirm(client(1), ip('10.0.0.10'), 5);
    expect([needsProbe(1, 599_000), needsProbe(1, 700_000)]).toEqual([false, true]);
    leases.probed(client(1), ip('10.0.0.10'), 700_001);
    leases.release(client(1), 700_001);
    expect([needsProbe(2, 700_002), needsProbe(1, 800_000)]).toEqual([true, true]);
  });

  it('goes on after a restart where it was, and believes no lease that is longer than its own', () => {
    const before = pool('10.0.0.13');
    before.confirm(client(1), ip('10.0.0.10'), 0);
    before.offer(client(2), 0);
    before.offer(client(3), 0);
    before.decline(client(3), ip('10.0.0.12'), 0);
    const after = pool('10.0.0.13');
    after.restore(before.entries(), 1);
    expect(after.offer(client(1), 2)).toEqual({ address: '10.0.0.10', needsProbe: false });
    expect(addressFor(after, client(4), 3)).toBe('10.0.0.13');
    expect(addressFor(after, client(2), 4)).toBe('10.0.0.11');
    const clockWasAhead = pool('10.0.0.10');
    const far = { mac: client(1), expiresAtMs: 1e13, probedUntilMs: 1e13 };
    clockWasAhead.restore([[ip('10.0.0.10'), far]], 0);
    expect(addressFor(clockWasAhead, client(2), 601_000)).toBe('10.0.0.10');
    clockWasAhead.restore([[ip('10.9.9.9'), far]], 0);
    expect(clockWasAhead.entries().size).toBe(1);
  });

  it('does not shorten a lease when its client asks again', () => {
    const leases = pool('10.0.0.10');
    leases.confirm(client(1), ip('10.0.0.10'), 0);
    leases.offer(client(1), 1000);
    expect(addressFor(leases, client(2), 100_000)).toBeUndefined();
  });

  it('offers what nobody has taken to the next who asks when nothing else is left; who takes it first has it', () => {
    let pressed = 0;
    const own = new Map([[client(9), ip('10.0.0.12')]]);
    const leases = pool('10.0.0.13', { ownAddresses: () => own, onPressure: () => (pressed += 1) });
    leases.confirm(client(1), ip('10.0.0.10'), 0);
    expect(addressFor(leases, client(9), 0)).toBe('10.0.0.12');
    expect(addressFor(leases, client(2), 1)).toBe('10.0.0.11');
    // another one that says it was offered it, while there is no need
    expect(leases.claim(client(3), ip('10.0.0.11'), 2, true)).toBeUndefined();
    expect(addressFor(leases, client(3), 3)).toBe('10.0.0.13');
    expect(pressed).toBe(0);
    leases.probed(client(2), ip('10.0.0.11'), 4);
    // made-up clients take none that is leased, and none of a configured machine
    const made = Array.from({ length: 100 }, (_, index) => leases.offer(client(0x40 + index), 5 + index));
    expect(new Set(made.map((choice) => choice?.address))).toEqual(new Set(['10.0.0.11', '10.0.0.13']));
    expect(made[0]).toEqual({ address: '10.0.0.11', needsProbe: false });
    expect(pressed).toBe(100);
    expect(leases.claim(client(2), ip('10.0.0.11'), 200)).toBeUndefined();
    expect(leases.claim(client(2), ip('10.0.0.11'), 200, true)?.address).toBe('10.0.0.11');
    leases.confirm(client(2), ip('10.0.0.11'), 200);
    expect(leases.claim(client(0x40), ip('10.0.0.11'), 201, true)).toBeUndefined();
    expect(addressFor(leases, client(0x41), 202)).toBe('10.0.0.13');
    expect(leases.claim(client(9), ip('10.0.0.12'), 203, true)?.address).toBe('10.0.0.12');
  });

  it('answers a flood in a large range without searching it each time', () => {
    const leases = pool('10.0.16.9');
    const made = (number: number): MacAddress =>
      mac(
        `02:00:${number
          .toString(16)
          .padStart(8, '0')
          .replace(/(..)(?!$)/g, '$1:')}`,
      );
    const startedMs = performance.now();
    for (let number = 0; number < 20_000; number += 1) leases.offer(made(number), number / 2);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    // a quarter is kept for those who ask again
    expect(leases.entries().size).toBe(3072);
  });

  describe('while less than a quarter is free', () => {
    /** 20 addresses, and 15 made-up clients that took one each at 0. */
    const short = (more: Partial<ConstructorParameters<typeof LeasePool>[0]> = {}): LeasePool => {
      const leases = pool('10.0.0.29', more);
      for (let number = 1; number <= 15; number += 1) {
        const address = addressFor(leases, client(0x80 + number), 0);
        leases.confirm(client(0x80 + number), address ?? expect.fail(), 0);
      }
      return leases;
    };

    it('clients that come once get none of the last addresses, by asking or by naming one; who asks again does', () => {
      let shortages = 0;
      const leases = short({ onShortage: () => (shortages += 1) });
      for (let number = 0; number < 60; number += 1) {
        const made = client(number);
        const named = ip(`10.0.0.${25 + (number % 5)}`);
        expect(leases.offer(made, 10 + number, named)).toBeUndefined();
        expect(leases.claim(client(0x40 + number), named, 10 + number)).toBeUndefined();
      }
      expect(shortages).toBeGreaterThan(60);
      expect(leases.offer(client(0xf0), 100)).toBeUndefined();
      const address = addressFor(leases, client(0xf0), 1100);
      expect(address).toBe('10.0.0.25');
      // nobody else takes it before it does, as EDK2, which gathers offers for some seconds
      for (let number = 0; number < 60; number += 1) {
        leases.offer(client(number), 1200 + number);
        expect(leases.claim(client(number), ip('10.0.0.25'), 1200 + number, true)).toBeUndefined();
      }
      expect(leases.claim(client(0xf0), ip('10.0.0.25'), 9000, true)?.address).toBe(address);
      expect(leases.confirm(client(0xf0), ip('10.0.0.25'), 9000)).toBe(60);
    });

    it('a lease is made longer for a client that is seen at its address, and for no other', () => {
      const leases = short();
      const take = (who: MacAddress): Ipv4Address => {
        leases.offer(who, 1000);
        const address = addressFor(leases, who, 2000) ?? expect.fail();
        leases.probed(who, address, 2000);
        expect(leases.confirm(who, address, 2000)).toBe(60);
        return address;
      };
      const [there, absent] = [client(0xf1), client(0xf2)];
      const addresses = [take(there), take(absent)] as const;
      for (const [who, address, isThere, seconds] of [
        [there, addresses[0], true, 600],
        [absent, addresses[1], false, 30],
      ] as const) {
        expect(leases.claim(who, address, 32_000)).toEqual({ address, needsProbe: true });
        leases.probed(who, address, 32_000, isThere);
        expect(leases.claim(who, address, 32_001)).toEqual({ address, needsProbe: false });
        expect(leases.confirm(who, address, 32_000)).toBe(seconds);
      }
      // the one is there for ten minutes; the address of the other is the next one's, who has been waiting
      expect(leases.offer(client(0xf3), 61_500, addresses[1])?.address).not.toBe(addresses[1]);
      expect(addressFor(leases, client(0xf3), 62_500, addresses[1])).toBe(addresses[1]);
      expect(addressFor(leases, client(0xf4), 62_500, addresses[0])).not.toBe(addresses[0]);
    });

    it('a lease that ends soon is not made longer by asking for it', () => {
      const leases = short();
      leases.offer(client(0xf2), 1000);
      const address = addressFor(leases, client(0xf2), 2000) ?? expect.fail();
      leases.confirm(client(0xf2), address, 2000);
      for (let nowMs = 50_000; nowMs < 62_000; nowMs += 1000) leases.offer(client(0xf2), nowMs);
      leases.offer(client(0xf3), 61_000);
      expect(addressFor(leases, client(0xf3), 62_500, address)).toBe(address);
    });

    it('a configured machine has its own as ever, and those who leave end it', () => {
      const own = new Map([[client(9), ip('10.0.0.29')]]);
      const leases = short({ ownAddresses: () => own });
      expect(addressFor(leases, client(9), 1)).toBe('10.0.0.29');
      expect(leases.confirm(client(9), ip('10.0.0.29'), 1)).toBe(600);
      expect(leases.offer(client(1), 2)).toBeUndefined();
      leases.release(client(0x81), 3);
      leases.release(client(0x82), 3);
      expect(addressFor(leases, client(1), 4)).toBeDefined();
    });
  });

  it('is bounded whatever the configuration says', () => {
    expect(pool('10.255.255.255').contains(ip('10.0.16.10'))).toBe(false);
    expect(pool('10.255.255.255').contains(ip('10.0.16.9'))).toBe(true);
  });
});
