import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { knownBoots } from '../../../src/cli/boot-traces.ts';
import { latestBoots } from '../../../src/cli/machines/latest-boots.ts';
import { findingsOfTrace } from '../../../src/doctor/analyse/findings-of-trace.ts';
import type { BootEvent } from '../../../src/model/boot-event.ts';
import type { Machine } from '../../../src/model/config.ts';
import { stateLayout, type StateLayout } from '../../../src/model/state-layout.ts';
import type { Ipv4Address, MacAddress } from '../../../src/protocol/addresses.ts';
import { BootHistory, type BootHistoryOptions } from '../../../src/watch/boot-history.ts';
import type { RecordedBoot } from '../../../src/watch/boot-record.ts';
import { itNeeds } from '../../support/external-tool.ts';
import { historyPath, readHistory } from '../../../src/watch/history-file.ts';

const START = Date.parse('2026-01-01T00:00:00.000Z');
const macOf = (number: number): MacAddress =>
  `52:54:00:${number
    .toString(16)
    .padStart(6, '0')
    .replace(/..(?!$)/g, '$&:')}` as MacAddress;
const machine = (number: number) => ({ mac: macOf(number), name: `pc-${number}` }) as Machine;
const event = (mac: MacAddress, seconds: number, type: BootEvent['type'], path?: string): BootEvent => ({
  ...{ time: new Date(START + seconds * 1000).toISOString(), type, mac },
  ip: `10.${mac
    .split(':')
    .slice(3)
    .map((byte) => Number.parseInt(byte, 16))
    .join('.')}` as Ipv4Address,
  ...(type.startsWith('dhcp.') ? { firmware: 'uefi-x64' as const } : {}),
  detail: path === undefined ? { architectures: '7' } : { path },
});
const boot = (number: number, seconds: number): BootEvent[] => [
  event(macOf(number), seconds, 'dhcp.discover'),
  event(macOf(number), seconds, 'dhcp.offer', 'ipxe/snponly-x64.efi'),
  event(macOf(number), seconds + 1, 'tftp.done', 'ipxe/snponly-x64.efi'),
  event(macOf(number), seconds + 2, 'http.done', '/boot.ipxe'),
  event(macOf(number), seconds + 3, 'http.done', '/images/debian-12/linux'),
  event(macOf(number), seconds + 4, 'http.done', '/images/debian-12/initrd.gz'),
];
const writeEvents = (events: readonly BootEvent[]): void =>
  writeFileSync(layout.events, events.map((one) => `${JSON.stringify(one)}\n`).join(''));
const idsOf = (boots: readonly RecordedBoot[]): readonly string[] => boots.map(({ id }) => id);

let layout: StateLayout;
const open = async (
  machines: readonly Machine[],
  { bounds, judge = findingsOfTrace }: Partial<BootHistoryOptions> = {},
): Promise<BootHistory> => {
  const history = await BootHistory.open(layout, {
    judge,
    onTrouble: (message) => troubles.push(message),
    ...(bounds === undefined ? {} : { bounds }),
  });
  history.know(machines);
  return history;
};
let troubles: string[];
beforeEach(() => {
  layout = stateLayout(mkdtempSync(join(tmpdir(), 'pxectl-history-')));
  troubles = [];
});
afterEach(() => rmSync(layout.root, { recursive: true }));

describe('the last boot of each machine', () => {
  it('is there for every one of 5,000, long after its events have gone, and over a restart', async () => {
    const machines = Array.from({ length: 5_000 }, (_, number) => machine(number));
    const first = await open(machines, { judge: () => [] });
    for (let number = 0; number < 5_000; number++) for (const one of boot(number, number)) first.take(one);
    // many boots of one machine push out nobody's
    for (let again = 1; again <= 300; again++)
      for (const one of boot(7, 100_000 + again * 1000)) first.take(one);
    await first.close();
    const second = await open(machines, { judge: () => [] });
    for (const one of boot(3, 900_000).slice(0, 3)) second.take(one);
    await second.close();
    const bootOf = await latestBoots(layout, { machines });
    const boots = machines.map(bootOf).filter((one) => one !== undefined);
    expect(boots.length).toBe(5_000);
    expect(new Set(boots.map(({ current }) => current))).toEqual(new Set(['initrd', 'loader']));
    expect(bootOf(machine(3))).toMatchObject({ current: 'loader', isDone: false });
    expect(bootOf(machine(7))?.startedAt).toBe(new Date(START + 400_000_000).toISOString());
    expect(bootOf(machine(4_999))?.stages.map(({ stage }) => stage)).toEqual([
      ...['discover', 'offer', 'loader', 'boot-config', 'kernel', 'initrd'],
    ]);
  });

  it('comes with its events where these are newer than what is kept', async () => {
    const history = await open([machine(1), machine(2)]);
    for (const one of [...boot(1, 0), ...boot(2, 50_000)]) history.take(one);
    await history.close();
    writeEvents([...boot(1, 10_000), ...boot(2, 0)]);
    const bootOf = await latestBoots(layout, { machines: [machine(1), machine(2)] });
    expect(bootOf(machine(1))?.events).toHaveLength(6);
    expect(bootOf(machine(2))).toMatchObject({ outcome: 'booted', lastEventAt: '2026-01-01T13:53:24.000Z' });
  });
});

describe('the history of boots', () => {
  it('tells how each ended, as soon as it has, once', async () => {
    const history = await open([machine(1)]);
    const told: string[] = [];
    history.onEnd(({ machineName = '', mac, outcome }) => told.push(`${machineName || mac} ${outcome}`));
    const all = [
      ...boot(1, 0),
      event(macOf(1), 10, 'seed.requested', '/seed/x'),
      event(macOf(1), 20, 'install.done'),
      ...boot(1, 1000),
      ...boot(2, 2000).slice(0, 3),
      // asks for an address, and boots nothing
      { ...event(macOf(3), 2000, 'dhcp.discover'), firmware: 'unknown' as const, detail: {} },
    ];
    for (const one of all) history.take(one);
    history.look(START + 1100_000);
    history.look(START + 1200_000);
    expect(told).toEqual(['pc-1 installed']);
    history.look(START + 9_000_000);
    expect(told).toEqual(['pc-1 installed', 'pc-1 booted', `${macOf(2)} failed`]);
    await history.close();
    const kept = await readHistory(layout);
    expect(kept.map(({ outcome }) => outcome)).toEqual(['installed', 'booted', 'failed']);
    // a boot that ended badly keeps what to look at, with what doctor says of it
    expect(kept.map(({ events }) => events.length)).toEqual([0, 0, 3]);
    expect(kept[2]?.findings.map(({ id }) => id)).toEqual(['unsigned-loader-under-secure-boot']);
  });

  it('ends the boot of an install that was given up once, with what is known of it', async () => {
    const history = await open([machine(1)]);
    const told: string[] = [];
    history.onEnd(({ outcome, findings }) => told.push([outcome, ...findings.map(({ id }) => id)].join(' ')));
    for (const one of [...boot(1, 0), event(macOf(1), 10, 'seed.requested', '/seed/x')]) history.take(one);
    history.look(START + 6 * 3_600_000);
    expect(told).toEqual([]);
    history.take(event(macOf(1), 6 * 3_600 + 20, 'install.unreported'));
    for (const minutes of [6, 60]) history.look(START + 6 * 3_600_000 + minutes * 60_000);
    expect(told).toEqual(['unreported install-never-reported']);
    await history.close();
  });

  it('has what a killed pxectl had not written, under the same ids, and tells nobody of it again', async () => {
    const events = [...boot(1, 0), ...boot(1, 5_000), ...boot(2, 5_000)];
    writeEvents(events);
    const before = idsOf(await knownBoots(layout, [machine(1), machine(2)]));
    const history = await open([machine(1), machine(2)]);
    history.onEnd(() => troubles.push('told'));
    await history.resume([events]);
    await history.close();
    expect(idsOf(await readHistory(layout))).toEqual(before);
    expect(idsOf(await knownBoots(layout, [machine(1), machine(2)]))).toEqual(before);
    const again = await open([machine(1), machine(2)]);
    await again.resume([events]);
    await again.close();
    expect(readFileSync(historyPath(layout), 'utf8').trim().split('\n')).toHaveLength(3);
    expect(troubles).toEqual([]);
  });

  it('is read while machines boot: what comes meanwhile is taken after it, and what is written is judged by nobody', async () => {
    const events = [...boot(1, 0), ...boot(1, 5_000)];
    const first = await open([machine(1)]);
    for (const one of boot(1, 0)) first.take(one);
    await first.close();
    let judgements = 0;
    const judge = (): readonly [] => ((judgements += 1), []);
    const history = await open([machine(1)], { judge });
    history.onEnd(() => troubles.push('told'));
    let serve = (): void => undefined;
    const done = history.resume([events], new Promise((resolve) => (serve = resolve)));
    for (const one of boot(1, 10_000).slice(0, 5)) history.take(one);
    const asked = history.boots();
    serve();
    await done;
    // the one in the middle was not written
    expect(judgements).toBe(1);
    const starts = [0, 5_000, 10_000].map((seconds) => new Date(START + seconds * 1000).toISOString());
    expect((await asked).map(({ startedAt }) => startedAt)).toEqual(starts);
    expect(troubles).toEqual([]);
    await history.close();
    expect((await readHistory(layout)).map(({ startedAt }) => startedAt)).toEqual(starts);
  });

  it('goes on with what comes where what was cannot be read', async () => {
    const history = await open([machine(1)]);
    const unreadable = (async function* () {
      yield* [boot(1, 0)];
      throw new Error('the disk is gone');
    })();
    const done = history.resume(unreadable);
    for (const one of boot(1, 5_000)) history.take(one);
    await done;
    expect(troubles).toEqual(['boots of before are not known: the disk is gone']);
    expect(await history.boots()).toHaveLength(2);
    await history.close();
  });

  it('goes on with a boot that was under way, over a restart and when its first events have gone', async () => {
    const now = Math.round((Date.now() - START) / 1000);
    const [first = [], rest = []] = [boot(1, now - 30).slice(0, 3), boot(1, now - 30).slice(3)];
    writeEvents(first);
    const history = await open([machine(1)]);
    await history.resume([first]);
    await history.close();
    const [running] = await readHistory(layout);
    expect(running).toMatchObject({ outcome: 'running', current: 'loader' });
    writeEvents(rest);
    expect(await knownBoots(layout, [machine(1)])).toMatchObject([{ id: running?.id }]);
    const again = await open([machine(1)]);
    await again.resume([first]);
    for (const one of [...rest, event(macOf(1), now, 'install.done')]) again.take(one);
    await again.close();
    expect(await readHistory(layout)).toMatchObject([{ id: running?.id, outcome: 'installed' }]);
  });

  it('ends a boot that went on when pxectl stopped, and was not heard of again', async () => {
    const seconds = Math.round((Date.now() - START) / 1000);
    const events = boot(1, seconds - 20);
    for (const one of [events, boot(2, seconds - 100_000)]) {
      const history = await open([machine(1), machine(2)]);
      for (const event of one) history.take(event);
      await history.close();
    }
    const outcomes = async () => (await readHistory(layout)).map(({ outcome }) => outcome);
    expect(await outcomes()).toEqual(['booted', 'running']);
    const told: string[] = [];
    const again = await open([machine(1)]);
    again.onEnd(({ outcome }) => told.push(outcome));
    await again.resume([events]);
    again.look(Date.now() + 3_600_000);
    await again.close();
    expect(told).toEqual(['booted']);
    expect(await outcomes()).toEqual(['booted', 'booted']);
  });

  it('judges very many that end at once a few at a time', async () => {
    const history = await open(Array.from({ length: 500 }, (_, number) => machine(number)));
    for (let number = 0; number < 500; number++) for (const one of boot(number, 0)) history.take(one);
    let told = 0;
    history.onEnd(() => (told += 1));
    history.look(START + 3_600_000);
    expect(told).toBeLessThan(50);
    await expect.poll(() => told).toBe(500);
    await history.close();
  });

  it('stays within its bounds: the newest, and what nobody configured in a quarter of it', async () => {
    const bounds = { maxBoots: 100, maxBytes: 200_000 };
    const history = await open([machine(1), machine(2)], { bounds, judge: () => [] });
    for (const one of boot(2, 0)) history.take(one);
    for (let again = 1; again < 400; again++) {
      for (const one of [...boot(1, again * 1000), ...boot(1000 + again, again * 1000)]) history.take(one);
      if (again % 20 === 0) {
        history.look(START + again * 1000_000 + 2_000_000);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
    await history.close();
    const text = readFileSync(historyPath(layout), 'utf8');
    const kept = await readHistory(layout);
    expect(text.length).toBeLessThanOrEqual(200_000);
    expect(kept.length).toBeLessThanOrEqual(125);
    expect(kept[0]).toMatchObject({ machineName: 'pc-2' });
    expect(kept.at(-1)?.startedAt).toBe(new Date(START + 399_000_000).toISOString());
    expect(kept.filter(({ machineName }) => machineName === 'pc-1').length).toBeGreaterThan(30);
  });

  it('passes over lines that are none, and ends one that was cut', async () => {
    const first = await open([machine(1)]);
    for (const one of boot(1, 0)) first.take(one);
    await first.close();
    const good = readFileSync(historyPath(layout), 'utf8');
    const wrong = [
      good.replace('"current":"initrd"', '"current":"no-stage"'),
      good.replace(/"mac":"[^"]*"/, '"mac":"nobody"'),
      good.replace('"eventCount":6', '"findings":[null,{"id":"<script>"}]'),
      '[]\n',
      'null\n',
      good.slice(0, 50),
    ];
    writeFileSync(historyPath(layout), good + wrong.join(''));
    const second = await open([machine(1)]);
    for (const one of boot(1, 5000)) second.take(one);
    await second.close();
    expect((await readHistory(layout)).map(({ startedAt }) => startedAt)).toEqual([
      '2026-01-01T00:00:00.000Z',
      '2026-01-01T01:23:20.000Z',
    ]);
  });

  it('writes through no link and tells once that it cannot; what waits is written when it can', async () => {
    const elsewhere = join(layout.root, 'elsewhere');
    mkdirSync(elsewhere);
    symlinkSync(join(elsewhere, 'target'), historyPath(layout));
    const history = await open([machine(1)]);
    for (let again = 0; again < 3; again++) {
      for (const one of boot(1, again * 1000)) history.take(one);
      history.look(START + again * 1000_000 + 2_000_000);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(troubles).toHaveLength(1);
    expect(troubles[0]).toContain('is a link');
    rmSync(historyPath(layout));
    await history.close();
    expect(await readHistory(layout)).toHaveLength(3);
  });

  itNeeds('root', 'mount')('waits for room on a full disk, and loses nothing', async () => {
    const { root } = layout;
    const disk = join(root, 'disk');
    mkdirSync(disk);
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]).status).toBe(0);
    try {
      layout = { ...layout, root: disk };
      expect(() => writeFileSync(join(disk, 'fill'), 'x'.repeat(128 * 1024))).toThrow('ENOSPC');
      const history = await open([machine(1)]);
      for (let again = 0; again < 5; again++) for (const one of boot(1, again * 1000)) history.take(one);
      history.look(START + 9_000_000);
      await expect.poll(() => troubles).toEqual([expect.stringContaining('no space left')]);
      rmSync(join(disk, 'fill'));
      await history.close();
      expect(await readHistory(layout)).toHaveLength(5);
    } finally {
      spawnSync('umount', ['-l', disk]);
      layout = { ...layout, root };
    }
  });

  it('keeps hostile names as they came, bounded, and 10,000 boots are read in a moment', async () => {
    const hostile = `"}\n<img src=x onerror=alert(1)>\u001b]0;x\u0007${'A'.repeat(3000)}`;
    const history = await open([machine(1)]);
    const events = boot(1, 0).slice(0, 3);
    for (const one of events) history.take({ ...one, detail: { ...one.detail, message: hostile } });
    await history.close();
    const line = readFileSync(historyPath(layout), 'utf8');
    expect(line.trim().split('\n')).toHaveLength(1);
    expect((await readHistory(layout))[0]?.events[0]?.detail['message']).toBe(hostile.slice(0, 300));
    const lines = Array.from({ length: 10_000 }, (_, number) => line.replaceAll(macOf(1), macOf(number)));
    writeFileSync(historyPath(layout), lines.join(''));
    const startedAt = performance.now();
    expect(await readHistory(layout)).toHaveLength(10_000);
    // 0.3 s alone on an old laptop
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});
