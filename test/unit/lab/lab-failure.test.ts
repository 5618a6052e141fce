import { describe, expect, it } from 'vitest';
import { BootTimeline } from '../../../src/lab/boot-timeline.ts';
import { describeFailure } from '../../../src/lab/lab-failure.ts';
import type { BootEvent } from '../../../src/model/boot-event.ts';
import { parseMac } from '../../../src/protocol/addresses.ts';

const mac = parseMac('52:54:00:12:34:56')!;
const start = Date.parse('2026-01-01T00:00:00.000Z');
const event = (seconds: number, type: BootEvent['type'], detail: BootEvent['detail']): BootEvent => ({
  time: new Date(start + seconds * 1000).toISOString(),
  type,
  mac,
  firmware: 'uefi-x64',
  detail,
});

describe('describeFailure', () => {
  it('gives what doctor makes of the events, the last words and the last events', () => {
    const events = [
      event(5, 'dhcp.discover', { port: 67 }),
      event(5.1, 'dhcp.offer', { port: 67, file: 'bootx64.efi', nextServer: '192.168.1.50' }),
      event(9, 'tftp.missing', { path: 'bootx64.efi' }),
    ];
    const timeline = new BootTimeline(mac, start);
    for (const one of events) timeline.takeEvent(one);
    timeline.takeSerialLine('PXE-E23: Client received TFTP error from server.', start + 10_000);
    const failure = describeFailure(
      { why: 'stands still', timeline, serialLines: ['a', 'b'], events, mac },
      start + 60_000,
    );
    expect(failure.findings.map((finding) => finding.id)).toContain('loader-missing');
    expect(failure.firmwareSays).toEqual(['PXE-E23: Client received TFTP error from server.']);
    expect(failure.lastEvents).toHaveLength(3);
    expect(failure.lastSerialLines).toEqual(['a', 'b']);
  });

  it('says that no DISCOVER came when the firmware did start its network boot', () => {
    const timeline = new BootTimeline(mac, start);
    const boot = { why: 'stands still', timeline, events: [], mac };
    const started = describeFailure({ ...boot, serialLines: ['>>Start PXE over IPv4.'] });
    expect(started.findings.map((finding) => finding.id)).toEqual(['no-discover-seen']);
    expect(describeFailure({ ...boot, serialLines: ['SeaBIOS'] }).findings).toEqual([]);
  });
});

it('knows PXE-E21 by the option 43 that a plain dnsmasq logged', () => {
  const events = [
    event(5, 'dhcp.discover', { port: 67, vendorClass: 'PXEClient:Arch:00007:UNDI:003000' }),
    event(5, 'dhcp.offer', { port: 67, nextServer: '192.168.1.50' }),
    event(9, 'dhcp.request', { port: 4011, vendorClass: 'PXEClient:Arch:00007:UNDI:003000' }),
    event(9, 'dhcp.ack', {
      port: 4011,
      nextServer: '192.168.1.50',
      option43: '06:01:08:0a:04:00:50:58:45:ff',
    }),
  ];
  const timeline = new BootTimeline(mac, start);
  for (const one of events) timeline.takeEvent(one);
  const failure = describeFailure({ why: '', timeline, serialLines: [], events, mac }, start + 40_000);
  expect(failure.findings[0]?.id).toBe('no-boot-service-for-arch');
});
