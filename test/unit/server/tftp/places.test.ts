import { describe, expect, it } from 'vitest';
import { Places, type Holder } from '../../../../src/server/tftp/places.ts';
import { ip, mac } from '../../../support/dhcp/client-packets.ts';

const NOW_MS = 100_000;
const KIB = 1024;

/** A transfer that runs since `seconds`, at this speed, and was acknowledged just now unless `still`. */
const holder = (host: number, seconds: number, bytesPerSecond: number, still = 0): Holder => ({
  peer: { address: ip(`10.0.0.${host}`), port: 1000, mac: mac(`52:54:00:00:01:${host + 10}`) },
  startedAtMs: NOW_MS - seconds * 1000,
  answeredAtMs: NOW_MS - still * 1000,
  hasAnswered: bytesPerSecond > 0,
  sentBytes: seconds * bytesPerSecond,
});
function placesOf(...holders: readonly Holder[]): Places {
  const places = new Places(256, 16);
  for (const { peer } of holders) places.count(peer, 1);
  return places;
}

describe('who gives a place away', () => {
  it('is a made-up card that acknowledges a block now and then, though it never stands still', () => {
    const quick = holder(1, 20, 500 * KIB);
    const [dribbling, slower] = [holder(2, 20, 400), holder(3, 20, 340)];
    const holders = [quick, dribbling, slower];
    expect(placesOf(...holders).givingWay(holders, 0, NOW_MS)).toBe(slower);
  });

  it('is of all who are slow one of who has most places', () => {
    const slowest = holder(1, 20, 100);
    const two = [holder(2, 20, 200), holder(2, 20, 300)];
    const holders = [slowest, ...two];
    expect(placesOf(...holders).givingWay(holders, 0, NOW_MS)).toBe(two[0]);
  });

  it('is nobody who loads, on a slow link or in small blocks, nor who has just begun', () => {
    const holders = [
      holder(1, 20, 100_000), // a virtual machine under load
      holder(2, 20, 20 * KIB), // 512 bytes a round trip of 25 ms
      holder(3, 2, 0.5 * KIB),
    ];
    expect(placesOf(...holders).givingWay(holders, 0, NOW_MS)).toBeUndefined();
  });

  it('is nobody slow for the sake of who has as many places', () => {
    const slow = holder(1, 20, 400);
    expect(placesOf(slow).givingWay([slow], 1, NOW_MS)).toBeUndefined();
  });

  it('is first of all who never answered', () => {
    const unproven = holder(1, 0.6, 0);
    const holders = [holder(2, 20, 100), holder(3, 20, 500 * KIB, 3), unproven, holder(4, 0.4, 0)];
    expect(placesOf(...holders).givingWay(holders, 0, NOW_MS)).toBe(unproven);
  });

  it('is who stands still before all others', () => {
    const still = holder(1, 20, 500 * KIB, 3);
    const holders = [holder(2, 20, 100), still];
    expect(placesOf(...holders).givingWay(holders, 0, NOW_MS)).toBe(still);
  });
});

describe('who gives way to a newcomer', () => {
  const last = (): number => 0.99;
  const proven = holder(1, 20, 500 * KIB);
  const [forged, forgedToo] = [holder(1, 0.1, 0), holder(1, 0.01, 0)];
  const other = holder(2, 0.2, 0);
  const address = ip('10.0.0.1');

  it('of its address is by chance one that never answered, and none that did', () => {
    const holders = [forged, forgedToo, proven, other];
    const places = placesOf(...holders);
    expect(places.givingWayAt(holders, address, NOW_MS, () => 0)).toBe(forged);
    expect(places.givingWayAt(holders, address, NOW_MS + 100, last)).toBe(forgedToo);
    // younger than a round trip: spared
    expect(places.givingWayAt(holders, address, NOW_MS, last)).toBe(forged);
    expect(places.givingWayAt([proven, other], address, NOW_MS, last)).toBeUndefined();
  });

  it('of its address is else one that stands still', () => {
    const still = holder(1, 20, 500 * KIB, 3);
    expect(placesOf(still).givingWayAt([proven, still], address, NOW_MS, last)).toBe(still);
  });

  it('of all is one of the address that has most without an answer, not of machines with one or two', () => {
    const crowd = [1, 2, 3, 4].map(() => holder(1, 0.1, 0));
    const holders = [other, ...crowd, other];
    expect(placesOf(...holders).givingWayOfCrowd(holders, last)).toBe(crowd[3]);
    expect(placesOf(...holders).givingWayOfCrowd([other, proven, forged], last)).toBeUndefined();
  });
});
