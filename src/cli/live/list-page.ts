import { formatBytes, formatLocalTime } from '../../model/units.ts';
import { cut, fit } from './fit.ts';
import type { NewsLine } from './live-news.ts';
import type { LiveRow } from './live-row.ts';
import type { TransferProgress } from './transfer-rates.ts';
import type { Paint } from './paint.ts';

const BAR_WIDTH = 8;

/** How wide the columns of the rows are; what is last takes the rest. */
interface Columns {
  readonly who: number;
  /** 0: no room for it */
  readonly firmware: number;
  readonly stage: number;
  readonly time: number;
  readonly rest: number;
}

function columnsFor(width: number): Columns {
  const isWide = width >= 70;
  const columns = { who: isWide ? 17 : 12, firmware: isWide ? 9 : 0, stage: 10, time: 6 };
  const gaps = 2 + (isWide ? 4 : 3);
  const used = columns.who + columns.firmware + columns.stage + columns.time + gaps;
  // on a wide screen names and findings share what is left
  const more = Math.min(24, Math.max(0, Math.floor((width - used - 38) / 3)));
  return { ...columns, who: columns.who + more, rest: Math.max(0, width - used - more) };
}

/** The line above the rows. */
export function headings(width: number): string {
  const { who, firmware, stage, time, rest } = columnsFor(width);
  const cells = [fit('MACHINE', who), ...(firmware > 0 ? [fit('FIRMWARE', firmware)] : [])];
  return cut(
    `  ${[...cells, fit('STAGE', stage), fit('FOR', time), fit('FILE, OR FINDING', rest)].join(' ')}`,
    width,
  );
}

export interface RowLook {
  readonly isSelected: boolean;
  readonly width: number;
  readonly paint: Paint;
  readonly nowMs: number;
}

/** One machine. */
export function rowLine(row: LiveRow, { isSelected, width, paint, nowMs }: RowLook): string {
  const columns = columnsFor(width);
  const problem = row.finding !== undefined && row.finding.severity !== 'info';
  const cells = [
    fit(row.who, columns.who),
    ...(columns.firmware > 0 ? [fit(row.firmware, columns.firmware)] : []),
    fit(row.stage === '' ? restWord(row) : row.stage, columns.stage),
    fit(row.sinceMs === undefined ? '' : shortDuration(nowMs - row.sinceMs), columns.time),
    fit(restOf(row, columns.rest), columns.rest),
  ];
  const line = cut(`${isSelected ? '>' : ' '}${problem ? '!' : ' '}${cells.join(' ')}`, width);
  const painted = problem ? paint.problem(line) : row.isRunning ? line : paint.quiet(line);
  return isSelected ? paint.selected(line) : painted;
}

/** Of a machine that does nothing. */
const restWord = ({ machine }: LiveRow): string =>
  machine?.order === 'always' ? 'ARMED ALL' : machine?.order === 'once' ? 'ARMED' : '-';

function restOf({ finding, machine, stage, transfer, note }: LiveRow, width: number): string {
  const order = stage === '' ? undefined : machine?.order;
  const words = [finding?.id, order === undefined ? '' : order === 'always' ? 'ARMED ALWAYS' : 'ARMED'];
  const rest = words.filter(Boolean).join(' ');
  if (transfer === undefined) {
    const percent = /^(\d{1,3}) %/.exec(note)?.[1];
    return [rest, percent === undefined ? '' : bar(Number(percent) / 100), note].filter(Boolean).join(' ');
  }
  const { short, long } = progressTexts(transfer);
  const left = width - rest.length - (rest === '' ? 0 : 1);
  return [long.length <= left ? long : short, rest].filter(Boolean).join(' ');
}

/** `[###.....] 42% 11.2 MB/s 8 s left initrd.gz`, and the same without what can be done without. */
function progressTexts(transfer: TransferProgress): { readonly short: string; readonly long: string } {
  const { sentBytes, sizeBytes, bytesPerSecond, remainingMs, path } = transfer;
  const part = sizeBytes > 0 ? Math.min(1, sentBytes / sizeBytes) : 1;
  const rate =
    bytesPerSecond === undefined
      ? ''
      : bytesPerSecond < 1
        ? 'stands still'
        : `${formatBytes(bytesPerSecond)}/s`;
  const left = remainingMs === undefined ? '' : shortDuration(remainingMs);
  const name = path.slice(path.lastIndexOf('/') + 1);
  const words = [bar(part), `${Math.floor(part * 100)}%`, rate];
  return {
    short: [...words, left].filter(Boolean).join(' '),
    long: [...words, left && `${left} left`, name].filter(Boolean).join(' '),
  };
}

function bar(part: number): string {
  const full = Math.round(part * BAR_WIDTH);
  return `[${'#'.repeat(full)}${'.'.repeat(BAR_WIDTH - full)}]`;
}

/** `7 s`, `12 min`, `3 h`, `2 d`: what stands in a narrow column, and does not change too often. */
export function shortDuration(milliseconds: number): string {
  const seconds = Math.round(Math.max(0, milliseconds) / 1000);
  if (seconds < 100) return `${seconds} s`;
  if (seconds < 5_970) return `${Math.round(seconds / 60)} min`;
  const hours = Math.round(seconds / 3600);
  return hours < 100 ? `${hours} h` : `${Math.round(hours / 24)} d`;
}

/** `14:03:12 node-1  reads debian-12/linux`; every line of it ends where the screen does. */
export function newsLine({ time, who, text, tone, count }: NewsLine, width: number, paint: Paint): string {
  const whoWidth = columnsFor(width).who;
  const again = count > 1 ? ` (${count} times)` : '';
  const head = `${formatLocalTime(time).slice(11)} ${fit(who, whoWidth)} `;
  const line = `${head}${cut(text, width - head.length - again.length)}${again}`;
  switch (tone) {
    case 'problem':
      return paint.problem(cut(line, width));
    case 'warning':
      return paint.warning(cut(line, width));
    case 'good':
      return paint.good(cut(line, width));
    case 'plain':
      return cut(line, width);
  }
}
