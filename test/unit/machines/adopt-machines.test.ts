import { describe, expect, it } from 'vitest';
import { planAdoption, seenOnly, type AdoptInput } from '../../../src/machines/adopt-machines.ts';
import { namesFrom } from '../../../src/machines/machine-names.ts';
import type { SeenMachine } from '../../../src/machines/inventory/seen-machine.ts';
import type { Machine } from '../../../src/model/config.ts';
import type { MacAddress } from '../../../src/protocol/addresses.ts';

const MACS = ['52:54:00:00:00:01', '52:54:00:00:00:02', '52:54:00:00:00:03'] as MacAddress[];
const UUID = '4c4c4544-0044-4a10-8056-b4c04f4c3332';
const at = (second: number) => ({
  ...({ firmware: 'bios', hasLoaded: true } as const),
  firstSeenAt: `2026-01-01T00:00:0${second}.000Z`,
  lastSeenAt: `2026-01-01T00:01:0${9 - second}.000Z`,
});
const seen: AdoptInput['seen'] = new Map<MacAddress, SeenMachine>([
  [MACS[2]!, at(3)],
  [MACS[0]!, at(1)],
  [MACS[1]!, at(2)],
  ['52:54:00:00:00:04' as MacAddress, { ...at(4), uuid: '44454c4c-4400-104a-8056-b4c04f4c3332' }],
  ['52:54:00:00:00:05' as MacAddress, { ...at(5), macs: ['52:54:00:00:00:09' as MacAddress] }],
  ['52:54:00:00:00:06' as MacAddress, { ...at(6), serial: 'S-6' }],
]);
const machines = [
  { name: 'by-uuid', uuid: UUID },
  { name: 'other-card', mac: '52:54:00:00:00:09' },
  { name: 'pc-01', serial: 'S-6' },
] as Machine[];
const plan = (more: Partial<AdoptInput>) =>
  planAdoption({ configPath: 'pxectl.yaml', config: { machines }, seen, macs: undefined, ...more });

describe('planAdoption', () => {
  it('takes everyone who is no machine, by whatever it is known, in the order in which they came', () => {
    expect(plan({ name: 'pc-##', keys: { profile: 'room' } })).toEqual([
      { mac: MACS[0], name: 'pc-02', profile: 'room' },
      { mac: MACS[1], name: 'pc-03', profile: 'room' },
      { mac: MACS[2], name: 'pc-04', profile: 'room' },
    ]);
  });

  it('of those who were not named, takes none that has read nothing of a boot: a packet is made up by anybody', () => {
    const { firmware, ...browsed } = at(7);
    const { hasLoaded, ...asked } = at(8);
    expect([firmware, hasLoaded]).toEqual(['bios', true]);
    const [pc, room] = ['52:54:00:00:00:07', '52:54:00:00:00:08'] as MacAddress[];
    const more = new Map([...seen, [pc!, browsed], [room!, asked]]);
    expect(plan({ seen: more }).map(({ mac }) => mac)).toEqual([MACS[0], MACS[1], MACS[2]]);
    expect(seenOnly({ machines }, more)).toEqual([pc, room]);
    expect(plan({ seen: more, macs: [pc!] })).toHaveLength(1);
  });

  it('takes who was named, once and in that order', () => {
    const named = [MACS[2]!, MACS[0]!, MACS[2]!];
    expect(plan({ macs: named }).map(({ name }) => name)).toEqual(['node-000003', 'node-000001']);
  });

  it.each([
    [
      'a machine of the file',
      [MACS[0]!, '52:54:00:00:00:09' as MacAddress],
      'other-card is a machine of the',
    ],
    [
      'one that nobody has seen',
      [MACS[0]!, '52:54:00:00:00:77' as MacAddress],
      'nobody has seen 52:54:00:00:00:77',
    ],
  ])('refuses %s, and does nothing for the others', (_, macs, what) => {
    expect(() => plan({ macs })).toThrow(what);
    expect(() => plan({ macs })).toThrow('nothing is changed, for the others neither');
  });
});

describe('namesFrom', () => {
  it('goes on behind the numbers that are taken', () => {
    expect(namesFrom('pc-##-room', MACS, ['pc-02-room'])).toEqual(['pc-01-room', 'pc-03-room', 'pc-04-room']);
    expect(namesFrom('n#', MACS.slice(0, 1), [])).toEqual(['n1']);
  });

  it('wants a place for the number where there are several', () => {
    expect(namesFrom('desk', MACS.slice(0, 1), [])).toEqual(['desk']);
    expect(() => namesFrom('desk', MACS, [])).toThrow('desk would be the name of 3 machines');
  });
});
