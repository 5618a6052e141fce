import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { BootWatcher, formatLiveFinding } from '../../../src/cli/boot-watcher.ts';
import type { BootEvent, BootEventType } from '../../../src/model/boot-event.ts';
import type { Ipv4Address, MacAddress } from '../../../src/protocol/addresses.ts';

const mac = '52:54:00:00:00:01' as MacAddress;
const ip = '192.168.1.7' as Ipv4Address;
const machine = {
  mac,
  name: 'pc',
  isArmed: true,
  secureBoot: false,
  arguments: [],
  loaders: { bios: 'auto', uefi: 'auto' },
  vars: {},
} as const;

beforeEach(() => vi.useFakeTimers({ now: Date.parse('2026-01-01T10:00:00Z') }));
afterEach(() => vi.useRealTimers());

/** What a watcher says, minute by minute, of a machine that has its seed and is heard of no more. */
function saidAfterSeed(minutes: number): string[] {
  const said: string[] = [];
  const watcher = new BootWatcher([machine], (finding, trace) =>
    said.push(formatLiveFinding(finding, trace)),
  );
  const take = (type: BootEventType, detail: BootEvent['detail'] = {}) =>
    watcher.take({ time: new Date().toISOString(), type, mac, ip, firmware: 'ipxe', detail });
  take('dhcp.discover');
  take('dhcp.offer', { file: 'http://192.168.1.50:8080/boot.ipxe' });
  take('http.done', { path: '/images/debian-12/linux', status: 200 });
  take('http.done', { path: '/images/debian-12/initrd.gz', status: 200 });
  take('seed.requested', { path: '/seed/52-54-00-00-00-01/preseed.cfg' });
  vi.advanceTimersByTime(minutes * 60_000);
  watcher.close();
  return said;
}

it('says once that an installer is silent, which may be an error box on its screen, and as no alarm', () => {
  expect(saidAfterSeed(4)).toEqual([]);
  const said = saidAfterSeed(12);
  expect(said).toHaveLength(1);
  expect(said[0]).toContain('  · pc: an installer has its seed, and has said nothing since');
  expect(said[0]).toContain('One that shows a question or an error box looks just the same from here.');
});
