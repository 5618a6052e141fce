import { describe, expect, it } from 'vitest';
import { WaitingRequests, type WaitingRequest } from '../../../../src/server/tftp/waiting-requests.ts';
import { ip, mac } from '../../../support/dhcp/client-packets.ts';

const GUEST = '52:54:00:00:00:66';
const REQUEST = { opcode: 'rrq', fileName: 'loader', mode: 'octet', options: [] } as const;
const from = (address: string, port: number, card?: string, sinceMs = 0): WaitingRequest => ({
  request: REQUEST,
  peer: { address: ip(address), port, mac: card === undefined ? undefined : mac(card) },
  sinceMs,
});

describe('requests that wait for a place', () => {
  it('give way to another host when one card fills them from many addresses', () => {
    const waiting = new WaitingRequests(3, () => 0);
    const flood = [1, 2, 3].map((host) => from(`10.0.0.${host}`, 1000, GUEST));
    for (const one of flood) expect(waiting.add(one)).toBeUndefined();
    const more = from('10.0.0.4', 1000, GUEST);
    expect(waiting.add(more)).toBe(more);
    const good = from('10.0.0.9', 2000);
    expect(waiting.add(good)).toBe(flood[0]);
    expect(waiting.size).toBe(3);
  });

  it('have their turn by the places that their card has, and not beyond its share', () => {
    const waiting = new WaitingRequests(8, (source) => (source === GUEST ? 5 : 1));
    const greedy = from('10.0.0.1', 1000, GUEST);
    const good = from('10.0.0.9', 2000);
    waiting.add(greedy);
    waiting.add(good);
    expect(waiting.next(1, 5)).toBe(good);
    expect(waiting.next(1, 5)).toBeUndefined();
    expect(waiting.next(1, 6)).toBe(greedy);
  });

  it('of addresses that nobody may have come after others with as many places, and give way to them', () => {
    const waiting = new WaitingRequests(2, () => 0);
    const [first, second] = [from('10.0.0.1', 1000), from('10.0.0.2', 1000)];
    waiting.add(first);
    waiting.add(second);
    const good = from('10.0.0.9', 2000, '52:54:00:00:00:61');
    expect(waiting.add(good)).toBe(first);
    expect(waiting.next(1, 4)).toBe(good);
    expect(waiting.next(1, 4)).toBe(second);
  });

  it('keep their turn when the client asks again', () => {
    const waiting = new WaitingRequests(2, () => 0);
    waiting.add(from('10.0.0.1', 1000, undefined, 0));
    waiting.add(from('10.0.0.2', 1000, undefined, 1000));
    const again = from('10.0.0.1', 1000, undefined, 4000);
    expect(waiting.add(again)).toBeUndefined();
    expect(waiting.next(6000, 9)).toBe(again);
  });

  it('have nobody give way once they are forgotten', () => {
    const waiting = new WaitingRequests(8, () => 3);
    waiting.add(from('10.0.0.1', 1000));
    expect(waiting.fewestPlaces(1)).toBe(3);
    expect(waiting.fewestPlaces(6000)).toBe(Infinity);
  });

  it('are forgotten when the client has asked again by itself long since', () => {
    const waiting = new WaitingRequests(8, () => 0);
    waiting.add(from('10.0.0.1', 1000));
    expect(waiting.next(6000, 9)).toBeUndefined();
    expect(waiting.size).toBe(0);
  });
});
