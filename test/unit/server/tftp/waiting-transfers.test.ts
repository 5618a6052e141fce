import { describe, expect, it } from 'vitest';
import type { Holder } from '../../../../src/server/tftp/places.ts';
import { WaitingTransfers } from '../../../../src/server/tftp/waiting-transfers.ts';
import { ip, mac } from '../../../support/dhcp/client-packets.ts';

const GUEST = '52:54:00:00:00:66';
const from = (address: string, card?: string): Holder => ({
  peer: { address: ip(address), port: 1000, mac: card === undefined ? undefined : mac(card) },
  goesOnSinceMs: 0,
  answeredAtMs: 0,
  sentBytes: 0,
});

describe('transfers that wait for a place', () => {
  it('give way to another host when one card fills them from many addresses', () => {
    const waiting = new WaitingTransfers(3, () => 0);
    const flood = [1, 2, 3].map((host) => from(`10.0.0.${host}`, GUEST));
    for (const one of flood) expect(waiting.add(one)).toBeUndefined();
    const more = from('10.0.0.4', GUEST);
    expect(waiting.add(more)).toBe(more);
    expect(waiting.add(from('10.0.0.9'))).toBe(flood[0]);
    expect(waiting.size).toBe(3);
  });

  it('have their turn by the places that their card has, and not beyond its share', () => {
    const waiting = new WaitingTransfers(8, (source) => (source === GUEST ? 5 : 1));
    const [greedy, good] = [from('10.0.0.1', GUEST), from('10.0.0.9')];
    waiting.add(greedy);
    waiting.add(good);
    expect(waiting.fewestPlaces()).toBe(1);
    expect(waiting.next(5)).toBe(good);
    expect(waiting.next(5)).toBeUndefined();
    expect(waiting.next(6)).toBe(greedy);
    expect(waiting.fewestPlaces()).toBe(Infinity);
  });

  it('of addresses that nobody may have come after others with as many places, and give way to them', () => {
    const waiting = new WaitingTransfers(2, () => 0);
    const [first, second] = [from('10.0.0.1'), from('10.0.0.2')];
    waiting.add(first);
    waiting.add(second);
    const good = from('10.0.0.9', '52:54:00:00:00:61');
    expect(waiting.add(good)).toBe(first);
    expect(waiting.next(4)).toBe(good);
    expect(waiting.next(4)).toBe(second);
  });
});
