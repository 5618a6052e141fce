import type { LiveRow } from './live-row.ts';

/** What can be done to a machine from the view. */
export type LiveVerb = 'arm' | 'disarm' | 'adopt' | 'on' | 'off' | 'restart' | 'boot-network';

/** Where somebody is in the view. */
export interface Screen {
  readonly page: 'list' | 'machine' | 'help';
  /** the row that is meant; none: the first */
  readonly selected: string | undefined;
  /** lines of a page that are above the window */
  readonly scroll: number;
  readonly filter: string;
  readonly isTyping: boolean;
  /** what a key means next */
  readonly asks: 'nothing' | 'power' | 'yes';
  /** the question, while one is asked */
  readonly question: string;
}

export const FIRST_SCREEN: Screen = {
  page: 'list',
  selected: undefined,
  scroll: 0,
  filter: '',
  isTyping: false,
  asks: 'nothing',
  question: '',
};

/** A key as node:readline tells it. */
export interface Key {
  readonly name?: string | undefined;
  readonly ctrl?: boolean;
  readonly meta?: boolean;
  /** what was typed */
  readonly sequence?: string | undefined;
}

export type LiveAction =
  | { readonly kind: 'quit' | 'suspend' | 'redraw' }
  | { readonly kind: 'answer'; readonly isYes: boolean }
  | { readonly kind: 'verb'; readonly verb: LiveVerb; readonly row: LiveRow }
  | { readonly kind: 'say'; readonly text: string };

export interface Pressed {
  readonly screen: Screen;
  readonly action?: LiveAction;
}

const MAX_FILTER = 60;
const PAGE_LINES = 10;
const POWER_KEYS: Readonly<Record<string, LiveVerb>> = {
  o: 'on',
  x: 'off',
  r: 'restart',
  n: 'boot-network',
};

/** The rows that a filter lets through. */
export const filtered = (rows: readonly LiveRow[], filter: string): readonly LiveRow[] =>
  filter === '' ? rows : rows.filter(({ text }) => text.includes(filter.toLowerCase()));

/** The row that is meant, of those that are shown. */
export const selectedRow = (rows: readonly LiveRow[], { selected }: Screen): LiveRow | undefined =>
  rows.find(({ key }) => key === selected) ?? rows[0];

/** What a key does. @param rows those that the filter lets through */
export function press(screen: Screen, key: Key, rows: readonly LiveRow[]): Pressed {
  if (key.ctrl === true) return pressControl(screen, key);
  if (screen.asks === 'yes') return pressAnswer(screen, key);
  if (screen.isTyping) return { screen: typed(screen, key) };
  if (screen.asks === 'power') return pressPower(screen, key, rows);
  if (screen.page !== 'list') {
    const page = pressPage(screen, key);
    if (page !== undefined) return page;
  }
  return pressList(screen, key, rows);
}

function pressControl(screen: Screen, { name }: Key): Pressed {
  if (name === 'c' || name === 'd') return { screen, action: { kind: 'quit' } };
  if (name === 'z') return { screen, action: { kind: 'suspend' } };
  return name === 'l' ? { screen, action: { kind: 'redraw' } } : { screen };
}

function pressAnswer(screen: Screen, { name }: Key): Pressed {
  // a key that was pressed by chance is a no
  return {
    screen: { ...screen, asks: 'nothing', question: '' },
    action: { kind: 'answer', isYes: name === 'y' },
  };
}

function typed(screen: Screen, { name, sequence = '' }: Key): Screen {
  if (name === 'escape') return { ...screen, isTyping: false, filter: '' };
  if (name === 'return' || name === 'enter') return { ...screen, isTyping: false };
  if (name === 'backspace') return { ...screen, filter: screen.filter.slice(0, -1) };
  if (!/^[^\p{C}]+$/u.test(sequence)) return screen;
  return { ...screen, filter: (screen.filter + sequence).slice(0, MAX_FILTER), selected: undefined };
}

function pressPower(screen: Screen, { name = '' }: Key, rows: readonly LiveRow[]): Pressed {
  const next = { ...screen, asks: 'nothing' } as const;
  const row = selectedRow(rows, screen);
  const verb = POWER_KEYS[name];
  return verb === undefined || row === undefined
    ? { screen: next }
    : { screen: next, action: { kind: 'verb', verb, row } };
}

function pressPage(screen: Screen, { name }: Key): Pressed | undefined {
  switch (name) {
    case 'up':
    case 'k':
      return { screen: scrolled(screen, -1) };
    case 'down':
    case 'j':
      return { screen: scrolled(screen, 1) };
    case 'pageup':
      return { screen: scrolled(screen, -PAGE_LINES) };
    case 'pagedown':
    case 'space':
      return { screen: scrolled(screen, PAGE_LINES) };
    case 'escape':
    case 'return':
    case 'enter':
    case 'left':
    case 'q':
      return { screen: { ...screen, page: 'list', scroll: 0 } };
    default:
      return undefined;
  }
}

const scrolled = (screen: Screen, lines: number): Screen => ({
  ...screen,
  scroll: Math.max(0, screen.scroll + lines),
});

function pressList(screen: Screen, { name, sequence }: Key, rows: readonly LiveRow[]): Pressed {
  const row = selectedRow(rows, screen);
  switch (name) {
    case 'q':
      return { screen, action: { kind: 'quit' } };
    case 'up':
    case 'k':
      return { screen: moved(screen, rows, -1) };
    case 'down':
    case 'j':
      return { screen: moved(screen, rows, 1) };
    case 'pageup':
      return { screen: moved(screen, rows, -PAGE_LINES) };
    case 'pagedown':
      return { screen: moved(screen, rows, PAGE_LINES) };
    case 'home':
      return { screen: moved(screen, rows, -rows.length) };
    case 'end':
      return { screen: moved(screen, rows, rows.length) };
    case 'return':
    case 'enter':
    case 'right':
      return row === undefined
        ? { screen }
        : { screen: { ...screen, page: 'machine', selected: row.key, scroll: 0 } };
    case 'escape':
      return { screen: { ...screen, filter: '', page: 'list' } };
    case 'h':
      return { screen: { ...screen, page: 'help', scroll: 0 } };
    default:
      break;
  }
  if (sequence === '?') return { screen: { ...screen, page: 'help', scroll: 0 } };
  if (sequence === '/') return { screen: { ...screen, page: 'list', isTyping: true } };
  return row === undefined ? { screen } : pressVerb({ ...screen, selected: row.key }, name, row);
}

function pressVerb(screen: Screen, name: string | undefined, row: LiveRow): Pressed {
  const refuse = (text: string): Pressed => ({
    screen,
    action: { kind: 'say', text: `${row.who}: ${text}` },
  });
  const { machine } = row;
  switch (name) {
    case 'a':
      if (machine === undefined) return refuse('it is in no file yet; n adopts it');
      if (!machine.canInstall) return refuse('it has no install in pxectl.yaml, so there is nothing to arm');
      return { screen, action: { kind: 'verb', verb: machine.isArmed ? 'disarm' : 'arm', row } };
    case 'n':
      if (machine !== undefined) return refuse('it is a machine of pxectl.yaml already');
      return { screen, action: { kind: 'verb', verb: 'adopt', row } };
    case 'p':
      if (machine === undefined) return refuse('it is in no file yet; n adopts it');
      if (!machine.hasPower) return refuse('it has no power in pxectl.yaml');
      return { screen: { ...screen, asks: 'power' } };
    default:
      return { screen };
  }
}

function moved(screen: Screen, rows: readonly LiveRow[], by: number): Screen {
  const at = Math.max(
    0,
    rows.findIndex(({ key }) => key === screen.selected),
  );
  const to = Math.min(rows.length - 1, Math.max(0, at + by));
  return { ...screen, selected: rows[to]?.key };
}
