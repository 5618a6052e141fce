import { cellsOf } from './cells.ts';
import { findMessage, PROGRAM } from './known-message.ts';
import { findStamp } from './stamps.ts';

/** A line taken apart: what stood before the message, who wrote it, and the message. */
export interface SplitLine {
  readonly before: string;
  readonly program?: string;
  readonly pid?: number;
  readonly thread?: string;
  readonly message: string;
}

const BEFORE = String.raw`(?:^|[\s|>"'\`;,*(\[])`;
// dnsmasq 2.92 and later may write pid/thread
const CLASSIC = new RegExp(
  String.raw`${BEFORE}(${PROGRAM})(?:\[(\d+)[^\]]*\]|\((\d+)\)|\[[^\]\s]{0,12}\])?: ?`,
);
const RFC5424 = new RegExp(
  String.raw`${BEFORE}(${PROGRAM}) (\d+|-) \S+ (?:-|(?:\[(?:[^\]\\]|\\.)*\])+) ?(?:\ufeff)?`,
);
// Kea names its logger and thread: `INFO  [kea-dhcp4.leases/1234.139871]`
const KEA = /\[(kea-dhcp4)\.[\w.-]+\/(\d+)(?:[^\]\d][^\]]*)?\] ?/;
const COLUMN = new RegExp(String.raw`${BEFORE}(${PROGRAM})(?:\[(\d+)\])?:?(?:\s*\||\s{2,}|\t)\s*`);
const OTHER_PROGRAM = /^(?:.*?\s)?([A-Za-z][\w./@+-]{1,40})(?:\[\d+\])?: /;
const ACCESS = /"(?:GET|HEAD|POST|PUT) \S+ HTTP\/[\d.]+" \d{3} /;
const ACCESS_START = /(?:^|[\s|])((?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:]{3,}) \S+ \S+ \[[^\]]+\] ")/i;
const MAX_NESTED = 4;

/** Takes away what syslog, journald, docker, kubectl, tables, quotes and lists put before a message. */
export function splitPrefix(text: string): SplitLine {
  const plain = withoutTail(text);
  // a row before its text: cells behind the message are not part of it
  const inCell = splitCells(plain);
  if (inCell) return unnest(inCell);
  const named = splitNamed(plain);
  if (named) return unnest(named);
  const access = splitAccess(plain);
  if (access) return access;
  const at = findMessage(plain);
  if (at !== undefined) return { before: plain.slice(0, at), message: plain.slice(at) };
  const column = matchAt(COLUMN, plain);
  if (column) return unnest(column);
  const other = OTHER_PROGRAM.exec(plain);
  if (other?.[1] !== undefined && /\d\d:\d\d|\[\d+\]: /.test(other[0])) {
    return { before: other[0], program: other[1], message: plain.slice(other[0].length) };
  }
  return withoutStamp(plain);
}

function splitNamed(text: string): SplitLine | undefined {
  return matchAt(KEA, text) ?? matchAt(CLASSIC, text) ?? matchAt(RFC5424, text);
}

function matchAt(pattern: RegExp, text: string): SplitLine | undefined {
  const found = pattern.exec(text);
  if (!found) return undefined;
  const [whole, program = '', ...pids] = found;
  const pid = Number(pids.find((digits) => digits !== undefined && digits !== '-'));
  return {
    before: text.slice(0, found.index + whole.indexOf(program)),
    program,
    message: text.slice(found.index + whole.length).trimStart(),
    ...(Number.isInteger(pid) ? { pid } : {}),
    ...threadOf(whole),
  };
}

function threadOf(named: string): { thread?: string } {
  const thread = /\[(\d[^\]]*)\]/.exec(named)?.[1];
  return thread === undefined ? {} : { thread };
}

/** A message may carry a prefix of its own: `dnsmasq[1]: dnsmasq-dhcp[7]: …` of a container. */
function unnest(line: SplitLine): SplitLine {
  let current = line;
  for (let depth = 0; depth < MAX_NESTED; depth++) {
    const inner = splitNamed(current.message);
    // only directly at its beginning, or behind a stamp: elsewhere the name is part of the message
    if (!inner || !/^(?:\S+ \S+ \w+ +\[?|\S*)$/.test(inner.before)) break;
    // in.tftpd names itself again without its process
    current = { ...current, ...inner, before: `${current.before} ${inner.before}` };
  }
  return current;
}

function splitCells(text: string): SplitLine | undefined {
  const cells = cellsOf(text);
  if (!cells || cells.length < 2) return undefined;
  for (const cell of cells) {
    const named = splitNamed(cell);
    if (named) return { ...named, before: `${cells[0] ?? ''} ${named.before}` };
  }
  const programAt = cells.findIndex((cell) =>
    new RegExp(`^\\s*(?:${PROGRAM})(?:\\[\\d+\\])?:?\\s*$`).test(cell),
  );
  const messageAt = cells.findIndex((cell) => findMessage(cell) === 0 || findMessage(cell.trim()) === 0);
  if (programAt < 0 && messageAt < 0) return undefined;
  const name = programAt < 0 ? undefined : /^\s*([\w.-]+)(?:\[(\d+)\])?/.exec(cells[programAt] ?? '');
  const message = messageAt >= 0 ? (cells[messageAt] ?? '') : longestAfter(cells, programAt);
  const before = cells
    .filter((cell) => findStamp(cell) !== undefined)
    .slice(0, 1)
    .join(' ');
  return {
    before,
    message: message.trim(),
    ...(name?.[1] === undefined ? {} : { program: name[1] }),
    ...(name?.[2] === undefined ? {} : { pid: Number(name[2]) }),
  };
}

/** The message stands behind its program, in the rest of the row, or is the longest cell. */
function longestAfter(cells: readonly string[], programAt: number): string {
  const isText = (cell: string): boolean => withoutStamp(cell).message.trim() !== '';
  const next = cells[programAt + 1];
  if (next?.includes(' ') && isText(next)) return next;
  const others = cells.filter((cell, index) => index !== programAt && isText(cell));
  return others.sort((a, b) => b.length - a.length)[0] ?? '';
}

/** Access logs of web servers name no program. */
function splitAccess(text: string): SplitLine | undefined {
  if (!ACCESS.test(text)) return undefined;
  const start = ACCESS_START.exec(text);
  if (!start) return undefined;
  const at = start.index + start[0].length - (start[1] ?? '').length;
  return { before: text.slice(0, at), program: 'access', message: text.slice(at) };
}

/** What markdown and tables put behind a message. */
function withoutTail(text: string): string {
  const trimmed = text.trimEnd();
  if (trimmed.endsWith('`')) return trimmed.replace(/(?<!`)`+$/, '');
  return trimmed;
}

function withoutStamp(text: string): SplitLine {
  const stamp = findStamp(text);
  const at = stamp === undefined ? -1 : text.indexOf(stamp);
  if (stamp === undefined || at > 40) return { before: '', message: text.replace(/^[\s>|*-]+/, '') };
  const end = at + stamp.length;
  return { before: text.slice(0, end), message: text.slice(end).replace(/^[\s\]|]+/, '') };
}
