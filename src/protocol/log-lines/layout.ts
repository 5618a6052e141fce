import type { LogLine } from './log-line.ts';
import { orderOf } from './stamps.ts';
import { stripMarkup } from './strip-markup.ts';
import { beginsEntry, isContinuation, PLAIN_LAYOUT, Unwrapper, type Layout } from './unwrapper.ts';

const MIN_WIDTH = 40;
const MAX_WIDTH = 400;
const MIN_BROKEN = 2;

/** The layout of a log by its first lines. */
export function sniffLayout(head: readonly string[]): Layout {
  const isExport = head.some((line) =>
    /^\s*(?:__REALTIME_TIMESTAMP|__CURSOR|_BOOT_ID|SYSLOG_IDENTIFIER)=/.test(line),
  );
  const wrap = isExport ? {} : wrapOf(head.flatMap((line) => stripMarkup(line)));
  const layout: Layout = { ...PLAIN_LAYOUT, isExport, ...wrap };
  const unwrapper = new Unwrapper(layout);
  const lines = [...head.flatMap((line, index) => unwrapper.push(line, index + 1)), ...unwrapper.flush()];
  const namedCount = lines.filter(({ program }) => program !== undefined).length;
  return { ...layout, isReversed: isNewestFirst(lines), hasNames: namedCount > lines.length / 2 };
}

/** The width at which lines were broken: some lines are as long, and what follows them begins nothing. */
function wrapOf(lines: readonly string[]): Pick<Layout, 'wrapWidth' | 'breaksWords'> {
  // one long word (a path, an option) cannot be broken and is no measure
  const width = Math.max(
    0,
    ...lines.filter((line) => /\S\s+\S/.test(line.replace(/^[> ]+/, ''))).map((line) => line.length),
  );
  if (width < MIN_WIDTH || width > MAX_WIDTH) return {};
  const broken: number[] = [];
  let begun = 0;
  lines.forEach((line, index) => {
    const before = lines[index - 1];
    if (beginsEntry(line)) begun++;
    else if (before !== undefined && before !== '' && isContinuation(line, before.length, width))
      broken.push(before.length);
  });
  if (broken.length < MIN_BROKEN || begun < MIN_BROKEN) return {};
  return {
    wrapWidth: width,
    breaksWords: broken.filter((length) => length === width).length >= broken.length / 2,
  };
}

/** Stamps that fall, or blocks of dnsmasq that end before they begin. */
function isNewestFirst(lines: readonly LogLine[]): boolean {
  let rising = 0;
  let falling = 0;
  const lastOf = new Map<boolean, number>();
  for (const { stamp } of lines) {
    const order = stamp === undefined ? undefined : orderOf(stamp);
    if (stamp === undefined || order === undefined) continue;
    // stamps with a year and those without one, of two programs in one file, cannot be compared
    const hasYear = /\d{4}/.test(stamp);
    const last = lastOf.get(hasYear) ?? order;
    if (order > last) rising++;
    if (order < last) falling++;
    lastOf.set(hasYear, order);
  }
  if (rising + falling > 0) return falling > rising;
  return blocksReversed(lines);
}

/** The lines of a packet's block in their order (`log-dhcp`), in any language as far as they are not translated. */
const BLOCK_ORDER: readonly RegExp[] = [
  /^\d+ available DHCP/,
  /^\d+ [^:]*: (?:PXE|HTTP)Client/,
  /^\d+ (?:PXE|DHCP[A-Z]+|BOOTP)\(/,
  /^\d+ tags: /,
  /^\d+ (?:bootfile name|server name|next server): /,
  /^\d+ sent size:/,
];

function blocksReversed(lines: readonly LogLine[]): boolean {
  let forward = 0;
  let backward = 0;
  let before: { xid: string; rank: number } | undefined;
  const startedAt = lines.findIndex(({ message }) => message.startsWith('started, version'));
  const stoppedAt = lines.findIndex(({ message }) => message.startsWith('exiting on receipt'));
  if (startedAt >= 0 && stoppedAt > startedAt) forward++;
  if (stoppedAt >= 0 && startedAt > stoppedAt) backward++;
  for (const { message } of lines) {
    const rank = BLOCK_ORDER.findIndex((pattern) => pattern.test(message));
    const now = rank < 0 ? undefined : { xid: message.slice(0, message.indexOf(' ')), rank };
    if (now && before?.xid === now.xid && now.rank > before.rank) forward++;
    if (now && before?.xid === now.xid && now.rank < before.rank) backward++;
    before = now;
  }
  return backward > forward;
}
