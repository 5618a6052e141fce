import { describe, expect, it } from 'vitest';
import { Places, type Holder } from '../../../../src/server/tftp/places.ts';
import { ip, mac } from '../../../support/dhcp/client-packets.ts';

const NOW_MS = 100_000;
const KIB = 1024;

/** A transfer that runs since `seconds`, at this speed, and was acknowledged just now unless `still`. */
const holder = (host: number, seconds: number, bytesPerSecond: number, still = 0): Holder => ({
  peer: { address: ip(`10.0.0.${host}`), port: 1000, mac: mac(`52:54:00:00:01:${host + 10}`) },
  goesOnSinceMs: NOW_MS - seconds * 1000,
  answeredAtMs: NOW_MS - still * 1000,
  sentBytes: seconds * bytesPerSecond,
});
function placesOf(...holders: readonly Holder[]): Places<Holder> {
  const places = new Places<Holder>(256, 16);
  for (const one of holders) places.add(one);
  return places;
}

describe('who gives a place away', () => {
  it('is a made-up card that acknowledges a block now and then, though it never stands still', () => {
    const quick = holder(1, 20, 500 * KIB);
    const [dribbling, slower] = [holder(2, 20, 400), holder(3, 20, 340)];
    expect(placesOf(quick, dribbling, slower).givingWay(0, NOW_MS)).toBe(slower);
  });

  it('is of all who are slow one of who has most places', () => {
    const slowest = holder(1, 20, 100);
    const two = [holder(2, 20, 200), holder(2, 20, 300)];
    expect(placesOf(slowest, ...two).givingWay(0, NOW_MS)).toBe(two[0]);
  });

  it('is nobody who loads, on a slow link or in small blocks, nor who has just begun', () => {
    const holders = [
      holder(1, 20, 100_000), // a virtual machine under load
      holder(2, 20, 20 * KIB), // 512 bytes a round trip of 25 ms
      holder(3, 2, 0.5 * KIB),
    ];
    expect(placesOf(...holders).givingWay(0, NOW_MS)).toBeUndefined();
  });

  it('is nobody slow for the sake of who has as many places', () => {
    expect(placesOf(holder(1, 20, 400)).givingWay(1, NOW_MS)).toBeUndefined();
  });

  it('is who stands still before all others', () => {
    const still = holder(1, 20, 500 * KIB, 3);
    expect(placesOf(holder(2, 20, 100), still).givingWay(0, NOW_MS)).toBe(still);
  });

  it('to another of its address is who stands still, and nobody who moves', () => {
    const [proven, still] = [holder(1, 20, 500 * KIB), holder(1, 20, 500 * KIB, 3)];
    const places = placesOf(proven, holder(2, 20, 100, 9), still);
    expect(places.givingWayAt(ip('10.0.0.1'), NOW_MS)).toBe(still);
    places.delete(still);
    expect(places.givingWayAt(ip('10.0.0.1'), NOW_MS)).toBeUndefined();
  });
});
