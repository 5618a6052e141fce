import { describe, expect, it } from 'vitest';
import type { NewBootEvent } from '../../../../src/model/boot-event.ts';
import { clientFactsOf } from '../../../../src/plan/client-facts.ts';
import { FloodGuard } from '../../../../src/server/proxy-dhcp/flood-guard.ts';
import { QuietSink } from '../../../../src/server/proxy-dhcp/quiet-sink.ts';
import { clientPacket } from '../../../support/dhcp/client-packets.ts';

const discover = (xid: number) => {
  const packet = clientPacket({ header: { xid } });
  return { packet, messageType: 1, facts: clientFactsOf(packet) };
};

describe('FloodGuard', () => {
  it('takes firmware that tries again, and stops a packet that runs in a circle', () => {
    const guard = new FloodGuard();
    const verdicts = Array.from({ length: 40 }, (_, index) => guard.isLooping(discover(7), index));
    expect(verdicts.indexOf(true)).toBe(32);
    expect(guard.isLooping({ ...discover(7), messageType: 3 }, 41)).toBe(false);
    expect(guard.isLooping(discover(7), 10_001)).toBe(false);
  });

  it('counts each transaction for itself and forgets the oldest of many', () => {
    const guard = new FloodGuard();
    for (let round = 0; round < 40; round += 1) {
      for (let xid = 0; xid < 9000; xid += 1) {
        // 9000 transactions are more than the guard keeps: none of them ever counts up
        expect(guard.isLooping(discover(xid), round)).toBe(false);
      }
      if (round === 1) break;
    }
  });
});

describe('QuietSink', () => {
  const collect = () => {
    const events: NewBootEvent[] = [];
    return { events, sink: new QuietSink({ emit: (event) => void events.push(event) }) };
  };
  const event: NewBootEvent = { type: 'dhcp.ignored', detail: { reason: 'not-pxe' } };

  it('tells the same thing once a minute, with the number left out', () => {
    const { events, sink } = collect();
    for (let second = 0; second < 59; second += 1) sink.emit('a', event, second * 1000);
    sink.emit('b', event, 1000);
    sink.emit('a', event, 60_000);
    expect(events).toEqual([event, event, { ...event, detail: { reason: 'not-pxe', repeated: 58 } }]);
  });

  it('is bounded when every event is a new one', () => {
    const { events, sink } = collect();
    for (let index = 0; index < 10_000; index += 1) sink.emit(`key ${index}`, event, 5);
    const warnings = (): unknown[] => events.filter(({ type }) => type === 'engine.warning');
    expect([events.length, warnings().length]).toEqual([201, 1]);
    sink.emit('later', event, 1005);
    expect([events.length, warnings().length]).toEqual([202, 1]);
    for (let index = 0; index < 201; index += 1) sink.emit(`again ${index}`, event, 11_000);
    expect(JSON.stringify(warnings().at(-1))).toContain('9800 of them are not told');
  });
});
