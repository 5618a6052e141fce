import { describe, expect, it } from 'vitest';
import { BootTimeline } from '../../../src/lab/boot-timeline.ts';
import type { LabStageRecord } from '../../../src/lab/lab-report.ts';
import { whyStandingStill } from '../../../src/lab/stage-deadlines.ts';
import type { BootEvent } from '../../../src/model/boot-event.ts';
import { parseMac } from '../../../src/protocol/addresses.ts';

const mac = parseMac('52:54:00:12:34:56')!;
const start = Date.parse('2026-01-01T00:00:00.000Z');
const event = (
  seconds: number,
  type: BootEvent['type'],
  detail: BootEvent['detail'] = {},
  from = mac,
): BootEvent => ({
  time: new Date(start + seconds * 1000).toISOString(),
  type,
  mac: from,
  firmware: 'uefi-x64',
  detail,
});

/** A boot as a UEFI machine with iPXE makes it. */
const healthyBoot = [
  event(5, 'dhcp.discover'),
  event(5.1, 'dhcp.offer', { file: 'ipxe/snponly-x64.efi' }),
  event(9, 'dhcp.ack', { port: 4011, file: 'ipxe/snponly-x64.efi' }),
  event(9.5, 'tftp.start', { path: 'ipxe/snponly-x64.efi' }),
  event(10, 'tftp.done', { path: 'ipxe/snponly-x64.efi', sentBytes: 173_792 }),
  event(30, 'http.done', { path: '/boot.ipxe', sentBytes: 300 }),
  event(31, 'http.done', { path: '/images/debian-12/linux', sentBytes: 8_222_656 }),
  event(33, 'http.done', { path: '/images/debian-12/initrd.gz', sentBytes: 40_000_000 }),
];

describe('BootTimeline', () => {
  it("believes a login prompt after the report and the network boot that follows it, and no installer's own", () => {
    const timeline = new BootTimeline(mac, start);
    for (const one of healthyBoot) timeline.takeEvent(one);
    timeline.takePrompt('ubuntu-server login: ');
    timeline.takeEvent(event(90, 'install.done', { stage: 'done' }));
    timeline.takePrompt('ubuntu-server login: ');
    expect([timeline.isReported, timeline.isAtLogin]).toEqual([true, false]);
    timeline.takeEvent(event(95, 'dhcp.discover'));
    timeline.takePrompt('Last login: never');
    expect(timeline.isAtLogin).toBe(false);
    timeline.takePrompt('node-1 login: ');
    expect(timeline.isAtLogin).toBe(true);
  });

  it('tells stages in the order of a boot, with the kernel from the serial port between them', () => {
    const told: [string, string | undefined][] = [];
    const timeline = new BootTimeline(mac, start, (started, before) =>
      told.push([started.stage, before?.stage]),
    );
    for (const one of healthyBoot) timeline.takeEvent(one);
    expect(timeline.isKernelUp).toBe(false);
    timeline.takeSerialLine('[    0.000000] Linux version 6.1.0-40-amd64 (debian-kernel@…)', start + 36_000);
    expect([timeline.isKernelUp, timeline.isSeedRequested]).toEqual([true, false]);
    timeline.takeEvent(event(60, 'seed.requested', { path: '/seed/52-54-00-12-34-56/preseed.cfg' }));
    expect(timeline.isSeedRequested).toBe(true);
    expect(timeline.stages().map((record) => [record.stage, record.startMs])).toEqual([
      ['power-on', 0],
      ['discover', 5000],
      ['offer', 5100],
      ['loader', 9500],
      ['boot-config', 30_000],
      ['kernel', 31_000],
      ['initrd', 33_000],
      ['kernel-up', 36_000],
      ['install-seed', 60_000],
    ]);
    const loader = timeline.stages().find((record) => record.stage === 'loader') as LabStageRecord;
    expect([loader.endMs, loader.sizeBytes]).toEqual([10_000, 173_792]);
    expect(timeline.stages().find((record) => record.stage === 'kernel-up')?.detail).toBe(
      'Linux version 6.1.0-40-amd64',
    );
    expect(told.slice(0, 4)).toEqual([
      ['power-on', undefined],
      ['discover', 'power-on'],
      ['offer', 'discover'],
      ['loader', 'offer'],
    ]);
  });

  it('passes over other machines', () => {
    const timeline = new BootTimeline(mac, start);
    const other = parseMac('02:00:00:00:00:01')!;
    timeline.takeEvent(event(5, 'dhcp.discover', {}, other));
    timeline.takeEvent(event(6, 'seed.requested', { path: '/seed/x/preseed.cfg' }, other));
    expect(timeline.current.stage).toBe('power-on');
    expect(timeline.isSeedRequested).toBe(false);
  });

  it('keeps the first time of a stage when the firmware tries again', () => {
    const timeline = new BootTimeline(mac, start);
    timeline.takeEvent(event(5, 'dhcp.discover'));
    timeline.takeEvent(event(6, 'tftp.done', { path: 'pxelinux.0' }));
    timeline.takeEvent(event(40, 'dhcp.discover'));
    expect(timeline.stages().map((record) => [record.stage, record.startMs])).toEqual([
      ['power-on', 0],
      ['discover', 5000],
      ['loader', 6000],
    ]);
    expect(timeline.lastSignMs).toBe(40_000);
  });

  it('collects what sounds like an error until the kernel runs, and not after', () => {
    const timeline = new BootTimeline(mac, start);
    timeline.takeSerialLine('Station IP address is 192.168.1.40', start + 1000);
    timeline.takeSerialLine('PXE-E21: Remote boot cancelled.', start + 2000);
    timeline.takeSerialLine('EFI stub: Loaded initrd from LINUX_EFI_INITRD_MEDIA_GUID', start + 3000);
    timeline.takeSerialLine('regulatory.db: firmware file not found', start + 4000);
    expect(timeline.complaints).toEqual(['PXE-E21: Remote boot cancelled.']);
    expect(timeline.complainedAtMs).toBe(2000);
  });
});

describe('whyStandingStill', () => {
  it('gives each stage its time, and says what is missing after it', () => {
    const timeline = new BootTimeline(mac, start);
    expect(whyStandingStill(timeline, 119_000)).toBeUndefined();
    expect(whyStandingStill(timeline, 121_000)).toMatch(/after power-on for 121 s: .*never asked DHCP/);
    timeline.takeEvent(event(5, 'dhcp.discover'));
    timeline.takeEvent(event(5, 'dhcp.offer', { file: 'x.efi' }));
    expect(whyStandingStill(timeline, 64_000)).toBeUndefined();
    expect(whyStandingStill(timeline, 66_000)).toMatch(/after offer .*never fetched its loader/);
  });

  it('waits half a minute after an error on the screen, for the firmware may have another way', () => {
    const timeline = new BootTimeline(mac, start);
    timeline.takeEvent(event(5, 'dhcp.discover'));
    timeline.takeSerialLine('PXE-E21: Remote boot cancelled.', start + 10_000);
    expect(whyStandingStill(timeline, 39_000)).toBeUndefined();
    expect(whyStandingStill(timeline, 41_000)).toMatch(/stands still after discover/);
    timeline.takeEvent(event(38, 'tftp.done', { path: 'pxelinux.0' }));
    expect(whyStandingStill(timeline, 41_000)).toBeUndefined();
  });

  it('waits for nothing after a kernel panic, and says its words', () => {
    const timeline = new BootTimeline(mac, start);
    timeline.takeSerialLine('[    0.000000] Linux version 6.1.0-50-amd64', start + 20_000);
    const words = "IO-APIC + timer doesn't work!  Boot with apic=debug and send a report.";
    timeline.takeSerialLine(`[    0.008000] Kernel panic - not syncing: ${words}`, start + 21_000);
    expect(whyStandingStill(timeline, 22_000)).toBe(`the kernel has stopped after kernel-up: ${words}`);
  });
});
