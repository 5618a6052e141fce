import { expect, it } from 'vitest';
import { LifeTeller } from '../../../src/engine/life-teller.ts';
import type { NewBootEvent } from '../../../src/model/boot-event.ts';
import type { Config, Machine } from '../../../src/model/config.ts';
import { NOT_ARMED, type InstallState } from '../../../src/model/machine-state.ts';
import { parseMac } from '../../../src/protocol/addresses.ts';

const MAC = parseMac('52:54:00:00:00:01')!;
const AT = '2026-11-28T06:00:00.000Z';
const armed: InstallState = { kind: 'armed', at: AT, by: 'ada', isAlways: false };
const installing: InstallState = { kind: 'installing', since: AT, armedBy: 'ada' };

function teller(unknown: Config['boot']['unknown'] = 'menu') {
  const events: NewBootEvent[] = [];
  const life = new LifeTeller({ emit: (event) => events.push(event) });
  const boot = { unknown } as Config['boot'];
  const look = (...installs: InstallState[]): void => {
    const machines = installs.map((installState) => ({ mac: MAC, name: 'pc', installState }) as Machine);
    life.look({ machines, boot }, Date.parse(AT));
  };
  const told = (): string[] => events.map(({ detail }) => `${detail?.['from']} → ${detail?.['to']}`);
  return { life, look, told };
}

it('what holds at the start is no change', () => {
  const { look, told } = teller();
  look(armed);
  look(armed);
  expect(told()).toEqual([]);
});

it('tells each step once, and a boot only where an order waits for it', () => {
  const { life, look, told } = teller();
  look(NOT_ARMED);
  life.booted(MAC, MAC, AT);
  look(armed);
  life.booted(MAC, MAC, AT);
  life.booted(MAC, MAC, AT);
  // other machines are changed while it is on its way
  look(armed);
  look(installing);
  look({ kind: 'installed', since: AT, at: AT });
  expect(told()).toEqual([
    'idle → armed',
    'armed → booting',
    'booting → installing',
    'installing → installed',
  ]);
});

it.each([
  ['menu', 'new → idle'],
  ['hold', 'held → idle'],
] as const)('a machine that is adopted was a stranger (%s)', (unknown, step) => {
  const { look, told } = teller(unknown);
  look();
  look(NOT_ARMED);
  expect(told()).toEqual([step]);
});
