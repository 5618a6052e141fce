import { expect, it } from 'vitest';
import { rowOf, type LiveRow } from '../../../../src/cli/live/live-row.ts';
import {
  FIRST_SCREEN,
  filtered,
  press,
  type LiveAction,
  type Screen,
} from '../../../../src/cli/live/live-screen.ts';
import { machine, START } from './live-support.ts';

const row = (n: number, more: object = {}): LiveRow =>
  rowOf({ machine: machine(n, more), boot: undefined, vendor: undefined, transfer: undefined, nowMs: START });

const rows = [
  row(1, { canInstall: true, hasPower: true }),
  row(2),
  row(3, { canInstall: true, isArmed: true }),
];

/** What keys, one after the other, make of the screen, and what they ask for. */
function after(...names: string[]): { screen: Screen; actions: LiveAction[] } {
  const actions: LiveAction[] = [];
  let screen = FIRST_SCREEN;
  for (const name of names) {
    const isControl = name.startsWith('^');
    const key = isControl
      ? { name: name.slice(1), ctrl: true }
      : { name: /^[/?]$/.test(name) ? undefined : name, sequence: name };
    const pressed = press(screen, key, filtered(rows, screen.filter));
    screen = pressed.screen;
    if (pressed.action !== undefined) actions.push(pressed.action);
  }
  return { screen, actions };
}

it('chooses rows, and shows one of them and leads back', () => {
  expect(after('down', 'down', 'down').screen.selected).toBe('node-3');
  expect(after('end', 'up').screen.selected).toBe('node-2');
  expect(after('down', 'return').screen).toMatchObject({ page: 'machine', selected: 'node-2' });
  expect(after('down', 'return', 'q').screen).toMatchObject({ page: 'list', selected: 'node-2' });
  expect(after('?').screen.page).toBe('help');
});

it('filters while it is typed, and q is a letter then', () => {
  const { screen, actions } = after('/', 'n', 'o', 'q', 'backspace', 'return');
  expect(screen).toMatchObject({ filter: 'no', isTyping: false });
  expect(actions).toEqual([]);
  expect(after('/', 'x', 'escape').screen.filter).toBe('');
});

it('arms who can be armed, disarms who is, and says why it cannot be done to others', () => {
  expect(after('a').actions).toMatchObject([{ kind: 'verb', verb: 'arm', row: { who: 'node-1' } }]);
  expect(after('end', 'a').actions).toMatchObject([{ kind: 'verb', verb: 'disarm', row: { who: 'node-3' } }]);
  expect(after('down', 'a').actions).toMatchObject([{ kind: 'say' }]);
  expect(after('n').actions).toMatchObject([{ kind: 'say' }]);
  expect(after('down', 'p').actions).toMatchObject([{ kind: 'say' }]);
});

it('has power behind a second key, and any other is none', () => {
  expect(after('p', 'x').actions).toMatchObject([{ kind: 'verb', verb: 'off' }]);
  expect(after('p', 'q')).toMatchObject({ screen: { asks: 'nothing' }, actions: [] });
});

it('takes y alone for a yes', () => {
  const asking: Screen = { ...FIRST_SCREEN, asks: 'yes', question: 'off?' };
  expect(press(asking, { name: 'y' }, rows).action).toEqual({ kind: 'answer', isYes: true });
  for (const name of ['return', 'n', 'escape', 'q']) {
    expect(press(asking, { name }, rows).action).toEqual({ kind: 'answer', isYes: false });
  }
});

it('quits at q, ^C and ^D wherever somebody is, and pauses at ^Z', () => {
  expect(after('q').actions).toEqual([{ kind: 'quit' }]);
  expect(after('/', '^c').actions).toEqual([{ kind: 'quit' }]);
  expect(after('return', '^d').actions).toEqual([{ kind: 'quit' }]);
  expect(after('^z').actions).toEqual([{ kind: 'suspend' }]);
});
