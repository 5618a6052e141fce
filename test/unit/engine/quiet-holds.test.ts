import { expect, it } from 'vitest';
import { withQuietHolds } from '../../../src/engine/quiet-holds.ts';
import type { NewBootEvent } from '../../../src/model/boot-event.ts';
import type { MacAddress } from '../../../src/protocol/addresses.ts';

const MAC = '52:54:00:00:00:01' as MacAddress;
const of = (type: NewBootEvent['type'], path: string, boots?: string): NewBootEvent => ({
  type,
  mac: MAC,
  detail: { path, ...(boots === undefined ? {} : { boots }) },
});
const POLL = [
  of('tftp.done', 'lpxelinux.0'),
  of('tftp.missing', 'pxelinux.cfg/01-52-54-00-00-00-01'),
  of('tftp.done', 'pxelinux.cfg/default', 'hold'),
];

it('tells of a machine that waits once, again after ten minutes, and all of what it does then', () => {
  let nowMs = 0;
  const told: string[] = [];
  const sink = withQuietHolds(
    { emit: ({ type, detail }) => told.push(`${type} ${String(detail?.['path'] ?? '')}`) },
    () => nowMs,
  );
  const emit = (events: readonly NewBootEvent[]): string[] => {
    told.length = 0;
    for (const event of events) sink.emit(event);
    return [...told];
  };
  expect(emit(POLL)).toHaveLength(3);
  for (let poll = 1; poll <= 59; poll++) {
    nowMs = poll * 10_000;
    expect(emit(POLL)).toEqual([]);
  }
  nowMs = 600_000;
  expect(emit(POLL)).toEqual(['tftp.done pxelinux.cfg/default']);
  const adopted = [
    of('tftp.done', 'lpxelinux.0'),
    of('tftp.done', 'pxelinux.cfg/01-52-54-00-00-00-01', 'debian-12'),
    of('http.get', '/images/debian-12/linux'),
  ];
  expect(emit(adopted)).toEqual([
    'tftp.done pxelinux.cfg/01-52-54-00-00-00-01',
    'http.get /images/debian-12/linux',
  ]);
  expect(emit(POLL)).toHaveLength(3);
});

it('tells of a machine that was switched off and on again', () => {
  const told: string[] = [];
  const sink = withQuietHolds({ emit: ({ type }) => told.push(type) });
  for (const event of POLL) sink.emit(event);
  sink.emit({ type: 'dhcp.discover', mac: MAC, detail: {} });
  for (const event of POLL) sink.emit(event);
  expect(told).toHaveLength(7);
});
