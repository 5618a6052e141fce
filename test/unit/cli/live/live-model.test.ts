import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LiveModel } from '../../../../src/cli/live/live-model.ts';
import type { MacAddress } from '../../../../src/protocol/addresses.ts';
import { event, mac, machine, START } from './live-support.ts';

beforeEach(() => vi.useFakeTimers({ now: START }));
afterEach(() => vi.useRealTimers());

const vendors = new Map([[mac(9), 'Dell']]) as ReadonlyMap<MacAddress, string>;

function model(...machines: ReturnType<typeof machine>[]): LiveModel {
  const made = new LiveModel();
  made.know({ machines, vendors });
  return made;
}

it('has a row for every machine: those with a problem first, those that boot, and those that nothing is known of last', () => {
  const live = model(machine(1), machine(2), machine(10));
  live.take(event(2, 'dhcp.discover'));
  live.take(event(2, 'dhcp.offer', { file: 'lpxelinux.0', nextServer: '10.0.0.254' }));
  live.take(event(9, 'dhcp.discover'));
  live.take(event(9, 'dhcp.offer', { file: 'lpxelinux.0', nextServer: '10.0.0.254' }));
  live.take(event(9, 'tftp.missing', { path: 'lpxelinux.0' }, 10));
  vi.advanceTimersByTime(6_000);
  const rows = live.rows(START + 6_000);
  live.close();
  expect(rows.map(({ who, stage, finding }) => [who, stage, finding?.id])).toEqual([
    ['Dell 00:00:09', 'answered', 'loader-missing'],
    ['node-2', 'answered', undefined],
    ['node-1', '', undefined],
    ['node-10', '', undefined],
  ]);
});

it('tells in which stage a machine is and since when, and what became of it in the end', () => {
  const live = model(machine(1));
  live.take(event(1, 'dhcp.discover'));
  live.take(event(1, 'http.get', { path: '/images/debian-12/linux' }, 2_000));
  expect(live.rows(START + 5_000)[0]).toMatchObject({
    ...{ stage: 'kernel', sinceMs: START + 2_000, note: 'linux', isRunning: true, firmware: 'bios' },
  });
  live.take(event(1, 'install.done', {}, 60_000));
  expect(live.rows(START + 60_000)[0]).toMatchObject({ stage: 'installed', isRunning: false, note: '' });
  live.close();
});

it('says a normal step as normal, and what is repeated once with how often', () => {
  const live = model(machine(1));
  for (const atMs of [0, 4_000, 12_000]) {
    live.take(event(1, 'dhcp.discover', {}, atMs));
    live.take(event(2, 'dhcp.discover', {}, atMs));
  }
  live.take(event(1, 'tftp.aborted', { path: 'lpxelinux.0', reason: 'size-probe' }));
  live.take(event(1, 'tftp.missing', { path: 'pxelinux.cfg/01-52-54-00-00-00-01' }));
  live.close();
  expect(live.news().map(({ who, text, count, tone }) => [who, text, count, tone])).toEqual([
    ['node-1', 'asks for an address and a boot server (bios)', 3, 'plain'],
    [mac(2), 'asks for an address and a boot server (bios)', 3, 'plain'],
    ['node-1', 'looked for pxelinux.cfg/01-52-54-00-00-00-01: there is none, which is normal', 1, 'plain'],
  ]);
});

it('what was before is no news', () => {
  const live = model(machine(1));
  live.replay([event(1, 'dhcp.discover')]);
  expect(live.news()).toEqual([]);
  expect(live.rows(START)[0]?.stage).toBe('asks');
  live.close();
});

it('knows how fast a file goes and when it will be there', () => {
  const live = model(machine(1));
  live.take(event(1, 'dhcp.discover'));
  live.take(event(1, 'http.get', { path: '/images/debian-12/initrd.gz' }));
  const transfer = {
    ...{ ip: event(1, 'http.get').ip!, mac: mac(1), path: '/images/debian-12/initrd.gz' },
    ...{ startedAt: new Date(START).toISOString(), sizeBytes: 40_000_000 },
  };
  live.setTransfers([{ ...transfer, sentBytes: 0 }], START);
  live.setTransfers([{ ...transfer, sentBytes: 10_000_000 }], START + 1_000);
  live.setTransfers([{ ...transfer, sentBytes: 20_000_000 }], START + 2_000);
  expect(live.rows(START + 2_000)[0]?.transfer).toMatchObject({
    bytesPerSecond: 10_000_000,
    remainingMs: 2_000,
  });
  live.setTransfers([], START + 3_000);
  expect(live.rows(START + 3_000)[0]?.transfer).toBeUndefined();
  live.close();
});

it('stays quick and bounded with 1,000 machines and 1,000 events a second', () => {
  vi.useRealTimers();
  const live = model(...Array.from({ length: 1_000 }, (_, n) => machine(n)));
  const before = process.cpuUsage();
  const types = ['dhcp.discover', 'dhcp.offer', 'tftp.done', 'http.done'] as const;
  for (let round = 0; round < 20; round += 1) {
    for (let n = 0; n < 1_000; n += 1) {
      live.take(
        event(
          n,
          types[round % 4] ?? 'http.done',
          { path: `/images/debian-12/linux-${round}` },
          round * 1_000,
        ),
      );
    }
    for (let picture = 0; picture < 10; picture += 1) live.rows(START + round * 1_000);
  }
  const { user, system } = process.cpuUsage(before);
  live.close();
  expect(live.rows(START)).toHaveLength(1_000);
  expect(live.news().length).toBeLessThanOrEqual(1_000);
  // 20 s of events and of ten pictures a second: half a core would be 10 s
  expect((user + system) / 1_000).toBeLessThan(10_000);
});
