import { describe, expect, it } from 'vitest';
import type { Holder } from '../../../../src/server/tftp/places.ts';
import { UnprovenTransfers } from '../../../../src/server/tftp/unproven-transfers.ts';
import { ip, mac } from '../../../support/dhcp/client-packets.ts';

const NOW_MS = 100_000;
const peer = (host: number, isKnown = true): Holder['peer'] => ({
  address: ip(`10.0.0.${host}`),
  port: 1000,
  mac: isKnown ? mac(`52:54:00:00:01:${host + 10}`) : undefined,
});
const asked = (from: Holder['peer'], ageMs: number): Holder => ({
  peer: from,
  goesOnSinceMs: NOW_MS - ageMs,
  answeredAtMs: NOW_MS - ageMs,
  sentBytes: 0,
});

function poolOf(...transfers: readonly Holder[]): UnprovenTransfers<Holder> {
  const pool = new UnprovenTransfers<Holder>(4);
  for (const one of transfers) pool.add(one);
  return pool;
}

describe('of transfers that nobody has acknowledged', () => {
  it('none gives way while there is room', () => {
    const pool = poolOf(asked(peer(1), 9000), asked(peer(1), 8000), asked(peer(1), 7000));
    expect(pool.givingWay(peer(1), NOW_MS)).toBeUndefined();
  });

  it('the oldest of the address that has most gives way', () => {
    const [first, second] = [asked(peer(1), 600), asked(peer(1), 500)];
    const pool = poolOf(asked(peer(2), 900), first, second, asked(peer(3), 800));
    expect(pool.givingWay(peer(2), NOW_MS)).toBe(first);
    pool.delete(first);
    pool.add(asked(peer(3), 100));
    expect(pool.givingWay(peer(2), NOW_MS)?.valueOf()).toMatchObject({
      peer: peer(3),
      goesOnSinceMs: NOW_MS - 800,
    });
  });

  it('none is given up within a round trip for one more of its own address, but for a machine that has fewer', () => {
    const flood = [200, 100, 50, 10].map((ageMs) => asked(peer(1), ageMs));
    const pool = poolOf(...flood);
    expect(pool.givingWay(peer(1), NOW_MS)).toBe('refused');
    expect(pool.givingWay(peer(2), NOW_MS)).toBe(flood[0]);
    expect(pool.givingWay(peer(1), NOW_MS + 100)).toBe(flood[0]);
  });

  it('those of addresses that nobody may have give way to a machine that is known, and not to each other', () => {
    const flood = [1, 2, 3, 4].map((host) => asked(peer(host, false), 10));
    const pool = poolOf(...flood);
    expect(pool.givingWay(peer(9), NOW_MS)).toBe(flood[0]);
    expect(pool.givingWay(peer(9, false), NOW_MS)).toBe('refused');
  });
});
