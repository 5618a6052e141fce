import { cut, fit } from './fit.ts';
import { headings, newsLine, rowLine } from './list-page.ts';
import { OWN_NAME, type NewsLine } from './live-news.ts';
import type { LiveRow } from './live-row.ts';
import { selectedRow, type Screen } from './live-screen.ts';
import type { Paint } from './paint.ts';

export interface FrameFacts {
  /** what serves, in one line */
  readonly title: string;
  /** of everybody, whatever the filter is */
  readonly all: readonly LiveRow[];
  /** those that the filter lets through */
  readonly rows: readonly LiveRow[];
  readonly news: readonly NewsLine[];
  readonly screen: Screen;
  /** the lines of the page of a machine, and of help */
  readonly page: readonly string[];
  readonly paint: Paint;
  readonly nowMs: number;
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

const HELP = [
  'up down, k j      choose a machine',
  'enter             its stages, files and findings; escape leads back',
  'a                 arm it, so that its next network boot installs it; or disarm it',
  'n                 adopt one that is in no file: it gets a name and is added to pxectl.yaml',
  'p                 its power: o on, x off, r restart, n the next boot is from the network',
  '/                 show those alone that match: a name, an address, a firmware, a stage, a finding',
  'escape            everybody again',
  'q, ^C             quit; ^Z pauses, fg goes on; ^L draws anew',
  '',
  'What changes something asks first: y does it, any other key does not.',
  '! stands before a machine of which something is wrong; enter says what, why and what to do.',
];

/** The page that `?` shows. */
export const helpPage = (): readonly string[] => HELP;

/** The whole screen, one string a line, never more and never longer than there is room for. */
export function frame(facts: FrameFacts, size: Size): readonly string[] {
  const height = Math.max(1, size.rows);
  const width = Math.max(1, size.columns);
  const { screen, paint } = facts;
  const foot = cut(footOf(facts, width), width);
  if (height < 4) return [foot].slice(0, height);
  const title = paint.title(cut(titleOf(facts, width), width));
  const body =
    screen.page === 'list' ? listLines(facts, height - 2, width) : pageLines(facts, height - 2, width);
  return [title, ...body, foot];
}

function titleOf({ title, all }: FrameFacts, width: number): string {
  const running = all.filter(({ isRunning }) => isRunning);
  const installing = running.filter(({ stage }) => stage === 'installing').length;
  const wrong = all.filter(({ finding }) => finding !== undefined && finding.severity !== 'info').length;
  const counts = [
    `${all.length} machines, ${running.length - installing} booting`,
    ...(installing > 0 ? [`${installing} installing`] : []),
    `${wrong} with a problem`,
  ].join(', ');
  const room = width - counts.length - 2;
  return room < 10 ? counts : `${fit(title, room)}  ${counts}`;
}

function listLines(
  { rows, all, news, screen, paint, nowMs }: FrameFacts,
  height: number,
  width: number,
): string[] {
  // the rows take what they need, and leave at least a third to what happens
  const most = Math.max(1, height - Math.max(2, Math.floor(height / 3)) - 1);
  const count = Math.min(Math.max(rows.length, 1), most);
  const selected = selectedRow(rows, screen);
  const at = selected === undefined ? 0 : rows.indexOf(selected);
  const first = Math.min(Math.max(0, at - count + 2), Math.max(0, rows.length - count));
  const shown = rows
    .slice(first, first + count)
    .map((row) => rowLine(row, { isSelected: row === selected, width, paint, nowMs }));
  if (shown.length === 0)
    shown.push(cut(all.length === 0 ? 'nobody has booted yet' : `nobody matches ${screen.filter}`, width));
  const newsHeight = height - 2 - shown.length;
  const wanted = screen.filter === '' ? news : matching(news, rows);
  const lines = newsHeight > 0 ? wanted.slice(-newsHeight).map((line) => newsLine(line, width, paint)) : [];
  const hidden = rows.length - count;
  const rule = hidden > 0 ? `-- ${hidden} more -- ` : '';
  return [
    paint.quiet(headings(width)),
    ...shown,
    paint.quiet(`${rule}${'-'.repeat(Math.max(0, width - rule.length))}`.slice(0, width)),
    ...lines,
    ...Array.from({ length: Math.max(0, newsHeight - lines.length) }, () => ''),
  ].slice(0, height);
}

function matching(news: readonly NewsLine[], rows: readonly LiveRow[]): readonly NewsLine[] {
  const macs = new Set(rows.map(({ mac }) => mac));
  // what came of a key is of interest whoever is shown
  return news.filter(({ mac, who }) => (mac === undefined ? who === OWN_NAME : macs.has(mac)));
}

function pageLines({ page, screen, paint }: FrameFacts, height: number, width: number): string[] {
  const first = Math.min(screen.scroll, Math.max(0, page.length - height));
  const lines = page.slice(first, first + height).map((line) => {
    const shown = cut(line, width);
    return line.startsWith('  ! ') ? paint.problem(shown) : line.startsWith(' ') ? shown : paint.title(shown);
  });
  return [...lines, ...Array.from({ length: height - lines.length }, () => '')];
}

function footOf({ screen }: FrameFacts, width: number): string {
  if (screen.asks === 'yes') return `${cut(screen.question, width - 11)} Go on? y/N`;
  if (screen.asks === 'power') return 'power: o on, x off, r restart, n next boot from the network; escape';
  if (screen.isTyping) return `/${screen.filter}_`;
  if (screen.page !== 'list') return 'escape back   up down scroll   a arm  n adopt  p power  q back';
  const filter = screen.filter === '' ? '' : `[/${screen.filter}] `;
  const keys = 'enter details  a arm  n adopt  p power  / filter  ? help  q quit';
  return width < 60 ? `${filter}? help  q quit` : `${filter}${keys}`;
}
