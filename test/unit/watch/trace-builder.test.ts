import { KeptBoots } from '../../../src/watch/kept-boots.ts';
import { describe, expect, it } from 'vitest';
import type { BootEvent, BootEventType, EventDetail } from '../../../src/model/boot-event.ts';
import type { Firmware } from '../../../src/model/firmware.ts';
import type { Ipv4Address, MacAddress } from '../../../src/protocol/addresses.ts';
import { buildTraces, TraceBuilder } from '../../../src/watch/trace-builder.ts';

const MAC = '52:54:00:00:00:01' as MacAddress;
const IP = '192.168.1.7' as Ipv4Address;

function at(
  seconds: number,
  type: BootEventType,
  detail: EventDetail = {},
  who: { mac?: MacAddress; ip?: Ipv4Address; firmware?: Firmware } = { mac: MAC },
): BootEvent {
  return { time: new Date(Date.UTC(2026, 0, 1) + seconds * 1000).toISOString(), type, detail, ...who };
}

const uefi = { mac: MAC, firmware: 'uefi-x64' as const };
const ipxe = { mac: MAC, firmware: 'ipxe' as const };

/** The events of one UEFI boot through iPXE, as the built-in engine gives them. */
function healthyBoot(start = 0): BootEvent[] {
  return [
    at(start, 'dhcp.discover', {}, uefi),
    at(start, 'dhcp.offer', { file: 'ipxe/snponly-x64.efi' }, uefi),
    at(start + 4, 'dhcp.request', {}, { mac: MAC, ip: IP }),
    at(start + 4.1, 'dhcp.ack', { port: 4011, file: 'ipxe/snponly-x64.efi' }, { ...uefi, ip: IP }),
    at(start + 4.2, 'tftp.aborted', { path: 'ipxe/snponly-x64.efi', reason: 'size-probe' }, { ip: IP }),
    at(start + 4.3, 'tftp.start', { path: 'ipxe/snponly-x64.efi' }, { ip: IP }),
    at(start + 5, 'tftp.done', { path: 'ipxe/snponly-x64.efi', sizeBytes: 200_000 }, { ip: IP }),
    at(start + 12, 'dhcp.discover', {}, ipxe),
    at(start + 12, 'dhcp.offer', { file: 'http://192.168.1.50:8080/boot.ipxe' }, ipxe),
    at(start + 15, 'http.get', { path: '/boot.ipxe' }, { ip: IP }),
    at(start + 15.1, 'http.done', { path: '/boot.ipxe', sentBytes: 600 }, { ip: IP }),
    at(start + 16, 'http.get', { path: '/images/debian-12/linux' }, { ip: IP }),
    at(start + 18, 'http.done', { path: '/images/debian-12/linux', sentBytes: 8_000_000 }, { ip: IP }),
    at(start + 18, 'http.get', { path: '/images/debian-12/initrd.gz' }, { ip: IP }),
    at(start + 22, 'http.done', { path: '/images/debian-12/initrd.gz', sentBytes: 30_000_000 }, { ip: IP }),
    at(start + 60, 'seed.requested', { path: '/seed/x/preseed.cfg' }, { mac: MAC, ip: IP }),
  ];
}

describe('traces of boots', () => {
  it('follows a machine behind a relay by what it asks for, where the log of DHCP tells no address', () => {
    const ip = '10.2.0.7' as Ipv4Address;
    const who = { ip };
    const [trace] = buildTraces([
      at(0, 'dhcp.discover', {}, uefi),
      at(0, 'dhcp.offer', {}, uefi),
      at(5, 'tftp.done', { path: 'ipxe/snponly-x64.efi' }, who),
      at(7, 'http.get', { path: '/boot.ipxe', askedAs: MAC }, who),
      at(8, 'http.get', { path: '/images/debian-12/linux' }, who),
    ]);
    expect(trace).toMatchObject({ mac: MAC, ip, current: 'kernel' });
  });

  it('puts the events of one boot into stages with durations and sizes', () => {
    const [trace, ...others] = buildTraces(healthyBoot(), [{ mac: MAC, name: 'node-1' }]);
    expect(others).toEqual([]);
    expect(trace).toMatchObject({
      mac: MAC,
      ip: IP,
      firmware: 'uefi-x64',
      machineName: 'node-1',
      isDone: false,
    });
    expect(trace?.stages.map((s) => [s.stage, s.durationMs, s.sizeBytes])).toEqual([
      ['discover', 0, undefined],
      ['offer', 4_100, undefined],
      ['loader', 700, 200_000],
      ['boot-config', 100, 600],
      ['kernel', 2_000, 8_000_000],
      ['initrd', 4_000, 30_000_000],
      ['install-seed', 0, undefined],
    ]);
    expect(trace?.current).toBe('install-seed');
  });

  it('takes the DISCOVER of iPXE for the same boot, and one after the kernel for a new one', () => {
    const traces = buildTraces([...healthyBoot(), ...healthyBoot(300)]);
    expect(traces.map((t) => t.stages.length)).toEqual([7, 7]);
  });

  it('takes firmware that starts over after its loader for a new boot', () => {
    const failed = healthyBoot().slice(0, 7);
    const traces = buildTraces([...failed, at(30, 'dhcp.discover', {}, uefi)]);
    expect(traces.map((t) => t.current)).toEqual(['loader', 'discover']);
  });

  it('takes repeated DISCOVERs for one boot until the silence is long', () => {
    const repeated = [0, 4, 12, 28].map((s) => at(s, 'dhcp.discover', {}, uefi));
    expect(buildTraces(repeated)).toHaveLength(1);
    expect(buildTraces([...repeated, at(200, 'dhcp.discover', {}, uefi)])).toHaveLength(2);
  });

  it('keeps machines apart and leaves out what belongs to none', () => {
    const other = '52:54:00:00:00:02' as MacAddress;
    const traces = buildTraces([
      at(0, 'engine.ready', {}, {}),
      at(1, 'dhcp.discover', {}, uefi),
      at(1, 'dhcp.discover', {}, { mac: other, firmware: 'bios' }),
      at(2, 'http.get', { path: '/images/x/linux' }, { ip: '10.0.0.9' as Ipv4Address }),
    ]);
    expect(traces.map((t) => [t.mac, t.events.length])).toEqual([
      [MAC, 1],
      [other, 1],
    ]);
  });

  it('learns no address from a seed that was refused: another one asked for it', () => {
    const other = '192.168.1.9' as Ipv4Address;
    const [trace] = buildTraces([
      ...healthyBoot(),
      at(50, 'seed.refused', { path: '/seed/x/preseed.cfg' }, { mac: MAC, ip: other }),
      at(51, 'http.get', { path: '/images/y/linux' }, { ip: other }),
    ]);
    expect(trace?.ip).toBe(IP);
    expect(trace?.events.at(-1)?.type).toBe('seed.refused');
  });

  it('is done when the machine reports so', () => {
    const [trace] = buildTraces([...healthyBoot(), at(90, 'install.done', {}, { mac: MAC })]);
    expect(trace).toMatchObject({ isDone: true, current: 'done' });
    expect(trace?.stages.every((stage) => stage.endedAt !== undefined)).toBe(true);
  });

  it('is bounded: the oldest boots are dropped', () => {
    const builder = new TraceBuilder([], new KeptBoots(3));
    for (let n = 0; n < 10; n += 1) builder.add(at(n * 1000, 'dhcp.discover', {}, uefi));
    expect(builder.traces()).toHaveLength(3);
  });

  it('keeps who boots when made-up addresses ask without end, configured machines longest', () => {
    const machine = { mac: MAC, name: 'node-1' };
    const guest = '52:54:00:00:00:77' as MacAddress;
    const builder = new TraceBuilder([machine], new KeptBoots(20));
    for (const event of healthyBoot()) builder.add(event);
    builder.add(at(20, 'dhcp.discover', {}, { mac: guest, firmware: 'bios' }));
    builder.add(at(21, 'tftp.done', { path: 'lpxelinux.0' }, { mac: guest }));
    for (let n = 0; n < 20_000; n += 1) {
      const mac = `02:00:00:${n
        .toString(16)
        .padStart(6, '0')
        .replace(/(..)(?!$)/g, '$1:')}` as MacAddress;
      const ip = `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}` as Ipv4Address;
      builder.add(at(30 + n / 1000, 'dhcp.discover', {}, { mac, ip, firmware: 'uefi-x64' }));
    }
    const traces = builder.traces();
    expect(traces).toHaveLength(22);
    expect(traces.slice(0, 2)).toMatchObject([{ machineName: 'node-1' }, { mac: guest, current: 'loader' }]);
    expect(
      builder.add(at(60, 'http.get', { path: '/images/debian-12/linux' }, { mac: guest }))?.trace().current,
    ).toBe('kernel');
  });

  it('is bounded in events: who repeats itself without end goes before others', () => {
    const builder = new TraceBuilder([]);
    for (const event of healthyBoot()) builder.add(event);
    for (let n = 0; n < 60_000; n += 1) {
      const mac = `02:00:00:00:00:${(n % 50).toString(16).padStart(2, '0')}` as MacAddress;
      builder.add(at(30 + n / 1000, 'dhcp.discover', {}, { mac, firmware: 'uefi-x64' }));
    }
    const traces = builder.traces();
    expect(traces[0]?.current).toBe('install-seed');
    expect(traces.reduce((sum, { events }) => sum + events.length, 0)).toBeLessThanOrEqual(40_000);
  });
});
