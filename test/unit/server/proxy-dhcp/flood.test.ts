import { describe, expect, it } from 'vitest';
import type { NewBootEvent } from '../../../../src/model/boot-event.ts';
import { encodeDhcp } from '../../../../src/protocol/dhcp/encode-dhcp.ts';
import { FloodGuard } from '../../../../src/server/proxy-dhcp/flood-guard.ts';
import { QuietSink } from '../../../../src/server/proxy-dhcp/quiet-sink.ts';
import { clientPacket } from '../../../support/dhcp/client-packets.ts';

const bytesOf = (xid: number, secs = 0) => encodeDhcp(clientPacket({ header: { xid, secs } }));

describe('FloodGuard', () => {
  it('takes firmware that tries again, and of a packet that runs in a circle one now and then', () => {
    const guard = new FloodGuard();
    const passed = (times: readonly number[]) =>
      times.filter((nowMs) => !guard.isLooping(bytesOf(7), '67/0.0.0.0:68/', nowMs));
    const burst = Array.from({ length: 40 }, (_, index) => index);
    expect(passed(burst)).toEqual(burst.slice(0, 32));
    // the client itself may be among them: its next try is heard
    expect(passed([100, 600, 601, 1000, 1101])).toEqual([600, 1101]);
    expect(passed([10_001])).toEqual([10_001]);
  });

  it('counts nothing against a client that others only claim to be', () => {
    const guard = new FloodGuard();
    for (let forged = 1; forged <= 200; forged += 1) guard.isLooping(bytesOf(7, forged % 3), '67/x', 1);
    expect(guard.isLooping(bytesOf(7, 9), '67/x', 2)).toBe(false);
    // nor does the same from elsewhere: each is answered where it came from
    expect(guard.isLooping(bytesOf(7, 1), '4011/y', 2)).toBe(false);
  });

  it('forgets the oldest of many', () => {
    const guard = new FloodGuard();
    const isEver = (xids: readonly number[]) => xids.some((xid) => guard.isLooping(bytesOf(xid), '', 1));
    const often = Array.from({ length: 32 }, () => 1);
    expect(isEver(often)).toBe(false);
    expect(isEver(Array.from({ length: 8192 }, (_, index) => 2 + index))).toBe(false);
    expect(isEver(often)).toBe(false);
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
