import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { latestBoots } from '../../../src/cli/machines/latest-boots.ts';
import type { BootEvent } from '../../../src/model/boot-event.ts';
import type { Machine } from '../../../src/model/config.ts';
import { stateLayout, type StateLayout } from '../../../src/model/state-layout.ts';
import type { MacAddress } from '../../../src/protocol/addresses.ts';
import { LastBoots, lastBootsPath, readLastBoots } from '../../../src/watch/last-boots.ts';

const START = Date.parse('2026-01-01T00:00:00.000Z');
const macOf = (number: number): MacAddress =>
  `52:54:00:${number
    .toString(16)
    .padStart(6, '0')
    .replace(/..(?!$)/g, '$&:')}` as MacAddress;
const machine = (number: number) => ({ mac: macOf(number), name: `pc-${number}` }) as Machine;
const event = (mac: MacAddress, seconds: number, type: BootEvent['type'], path?: string): BootEvent => ({
  ...{ time: new Date(START + seconds * 1000).toISOString(), type, mac },
  ...(type.startsWith('dhcp.') ? { firmware: 'uefi-x64' as const } : {}),
  detail: path === undefined ? { architectures: '7' } : { path },
});
const boot = (number: number, seconds: number): BootEvent[] => [
  event(macOf(number), seconds, 'dhcp.discover'),
  event(macOf(number), seconds + 1, 'tftp.done', 'ipxe/snponly-x64.efi'),
  event(macOf(number), seconds + 2, 'http.done', '/boot.ipxe'),
  event(macOf(number), seconds + 3, 'http.done', '/images/debian-12/linux'),
];

let layout: StateLayout;
beforeEach(() => {
  layout = stateLayout(mkdtempSync(join(tmpdir(), 'pxectl-last-')));
});
afterEach(() => rmSync(layout.root, { recursive: true }));

describe('the last boot of each machine', () => {
  it('is there for every one of 5,000, long after its events have gone, and over a restart', async () => {
    const machines = Array.from({ length: 5_000 }, (_, number) => machine(number));
    const first = await LastBoots.open(layout);
    first.know(machines);
    for (let number = 0; number < 5_000; number++) for (const one of boot(number, number)) first.take(one);
    // many boots of one machine push out nobody's
    for (let again = 1; again <= 300; again++)
      for (const one of boot(7, 100_000 + again * 1000)) first.take(one);
    await first.close();
    const second = await LastBoots.open(layout);
    second.know(machines);
    for (const one of boot(3, 900_000).slice(0, 2)) second.take(one);
    await second.close();
    const bootOf = await latestBoots(layout, { machines });
    const boots = machines.map(bootOf).filter((one) => one !== undefined);
    expect(boots.length).toBe(5_000);
    expect(new Set(boots.map(({ current }) => current))).toEqual(new Set(['kernel', 'loader']));
    expect(bootOf(machine(3))).toMatchObject({ current: 'loader', isDone: false });
    expect(bootOf(machine(7))?.startedAt).toBe(new Date(START + 400_000_000).toISOString());
    expect(bootOf(machine(4_999))?.stages.map(({ stage }) => stage)).toEqual([
      ...['discover', 'loader', 'boot-config', 'kernel'],
    ]);
  });

  it('comes with its events where these are newer than what is kept', async () => {
    const kept = await LastBoots.open(layout);
    kept.know([machine(1), machine(2)]);
    for (const one of [...boot(1, 0), ...boot(2, 50_000)]) kept.take(one);
    await kept.close();
    const events = [...boot(1, 10_000), ...boot(2, 0)];
    writeFileSync(layout.events, events.map((one) => `${JSON.stringify(one)}\n`).join(''));
    const bootOf = await latestBoots(layout, { machines: [machine(1), machine(2)] });
    expect(bootOf(machine(1))?.events).toHaveLength(4);
    expect(bootOf(machine(2))).toMatchObject({ events: [], lastEventAt: '2026-01-01T13:53:23.000Z' });
  });

  it('is kept for machines of the configuration alone, and read from a file that is right', async () => {
    const kept = await LastBoots.open(layout);
    kept.know([machine(1)]);
    for (const one of [...boot(1, 0), ...boot(2, 0)]) kept.take(one);
    await kept.close();
    expect([...(await readLastBoots(layout)).keys()]).toEqual([macOf(1)]);
    writeFileSync(
      lastBootsPath(layout),
      `{"schema":"pxectl.last-boots/1","boots":{"${macOf(1)}":{"current":"x"}}}`,
    );
    expect(await readLastBoots(layout)).toEqual(new Map());
    writeFileSync(lastBootsPath(layout), '{');
    expect(await readLastBoots(layout)).toEqual(new Map());
  });
});
