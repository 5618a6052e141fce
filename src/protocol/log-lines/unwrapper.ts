import { KnownPrefixes } from './known-prefixes.ts';
import { MAX_MESSAGE_CHARACTERS, type LogLine } from './log-line.ts';
import { splitPrefix } from './split-prefix.ts';
import { findStamp, isoOf } from './stamps.ts';
import { stripMarkup } from './strip-markup.ts';
import { entriesOfJson, entryOf, type Entry } from './structured.ts';

/** How a log is laid out as a whole; `sniffLayout` finds it. */
export interface Layout {
  /** newest first */
  readonly isReversed: boolean;
  /** fields of an entry stand on lines of their own: `journalctl -o export`, `-o verbose` */
  readonly isExport: boolean;
  /** long lines were broken at this width, by a terminal or a mail program */
  readonly wrapWidth?: number;
  /** they were broken inside of words, as a terminal does it */
  readonly breaksWords?: boolean;
  /** most lines name the program that wrote them */
  readonly hasNames?: boolean;
}

export const PLAIN_LAYOUT: Layout = { isReversed: false, isExport: false };

const FIELD = /^\s*([A-Z_][A-Z0-9_]*)=(.*)$/;
/** `-o verbose` begins each entry with its date and cursor. */
const VERBOSE_HEAD = /^\S.*\d\d:\d\d:\d\d.*\[s=[0-9a-f]+;/;
const MAX_JSON_CHARACTERS = 2_000_000;
const MAX_WRAPPED_CHARACTERS = 8_192;

/** Takes a log line by line and gives out its messages without what tools put around them. Bounded memory. */
export class Unwrapper {
  readonly #layout: Layout;
  readonly #isPlain: boolean;
  readonly #prefixes = new KnownPrefixes();
  #fields: Record<string, unknown> = {};
  #fieldsLine = 0;
  #head = '';
  #json: { text: string; line: number; depth: number } | undefined;
  #open: { text: string; line: number; lastLength: number } | undefined;

  constructor(layout: Layout = PLAIN_LAYOUT) {
    this.#layout = layout;
    this.#isPlain = !layout.isExport && layout.wrapWidth === undefined;
  }

  push(raw: string, line: number): LogLine[] {
    if (this.#isPlain && !this.#json) {
      const known = this.#prefixes.read(raw, line);
      if (known) return [known];
    }
    if (this.#json) return this.#addJson(raw, line);
    if (this.#layout.isExport) {
      const found = this.#addField(raw, line);
      if (found) return found;
    }
    const trimmed = raw.trim();
    // journalctl -o json-pretty and other printed JSON: an object on several lines
    if (/^[[{]$/.test(trimmed) || (/^\{/.test(trimmed) && /[{[,:]$/.test(trimmed))) {
      this.#json = { text: '', line, depth: 0 };
      return [...this.#close(), ...this.#addJson(raw, line)];
    }
    const lines = stripMarkup(raw).flatMap((text) => this.#addText(text, line));
    const [only] = lines;
    if (this.#isPlain && only !== undefined && lines.length === 1) this.#prefixes.learn(raw, only);
    return lines;
  }

  flush(): LogLine[] {
    this.#json = undefined;
    return [...this.#closeFields(), ...this.#close()];
  }

  #addText(text: string, line: number): LogLine[] {
    const { wrapWidth } = this.#layout;
    if (wrapWidth === undefined) return linesOf(text, line);
    const open = this.#open;
    if (
      open &&
      isContinuation(text, open.lastLength, wrapWidth) &&
      open.text.length < MAX_WRAPPED_CHARACTERS
    ) {
      // a terminal breaks at its very last column; a line that is shorter lost the blank at its end
      const gap = this.#layout.breaksWords === true && open.lastLength >= wrapWidth ? '' : ' ';
      open.text += gap + (gap === '' ? withoutQuote(text) : withoutQuote(text).trimStart());
      open.lastLength = text.length;
      return [];
    }
    const before = this.#close();
    this.#open = { text, line, lastLength: text.length };
    return before;
  }

  #close(): LogLine[] {
    const open = this.#open;
    this.#open = undefined;
    return open ? linesOf(open.text, open.line) : [];
  }

  #addField(raw: string, line: number): LogLine[] | undefined {
    if (raw.trim() === '' || VERBOSE_HEAD.test(raw)) {
      const before = this.#closeFields();
      this.#head = raw;
      return before;
    }
    const field = FIELD.exec(raw);
    if (!field) return undefined;
    if (Object.keys(this.#fields).length === 0) this.#fieldsLine = line;
    if (field[1] === 'MESSAGE') this.#fieldsLine = line;
    this.#fields[field[1] ?? ''] = field[2] ?? '';
    return [];
  }

  #closeFields(): LogLine[] {
    const fields = this.#fields;
    this.#fields = {};
    const entry = entryOf(fields);
    if (!entry) return [];
    const stamp = entry.stamp ?? findStamp(this.#head);
    return [lineOfEntry({ ...entry, ...(stamp === undefined ? {} : { stamp }) }, this.#fieldsLine)];
  }

  #addJson(raw: string, line: number): LogLine[] {
    const json = this.#json;
    if (!json) return [];
    const trimmed = raw.trim();
    json.text += `${trimmed}\n`;
    if (/[{[]$/.test(trimmed)) json.depth++;
    if (/^[}\]]/.test(trimmed)) json.depth--;
    const isArray = json.text.startsWith('[');
    // each element of an array is read when it is whole: the array may be as long as the log
    if (isArray && json.depth === 1 && /^\},?$/.test(trimmed)) {
      const found = parseJson(json.text.slice(1).trim().replace(/^,|,$/g, ''), json.line);
      this.#json = { text: '[', line: line + 1, depth: 1 };
      return found ?? [];
    }
    if (json.depth > 0 && json.text.length < MAX_JSON_CHARACTERS) return [];
    this.#json = undefined;
    return parseJson(json.text.replace(/,\s*$/, ''), json.line) ?? linesOf(trimmed, line);
  }
}

/** A line that goes on with the one before: it begins nothing, and its first word had no room there. */
export function isContinuation(text: string, lastLength: number, wrapWidth: number): boolean {
  if (text.trim() === '' || beginsEntry(text)) return false;
  const firstWord = /^\S+/.exec(withoutQuote(text).trimStart())?.[0].length ?? 0;
  return lastLength + 1 + firstWord > wrapWidth;
}

/** True for a line that names its program, begins with a stamp, or is JSON. */
export function beginsEntry(text: string): boolean {
  if (/^\s*[[{]/.test(text)) return true;
  const { program } = splitPrefix(text);
  const stamp = findStamp(text);
  return program !== undefined || (stamp !== undefined && text.indexOf(stamp) < 12);
}

function withoutQuote(text: string): string {
  return text.replace(/^(?:> ?)+/, '');
}

function linesOf(text: string, line: number): LogLine[] {
  if (text.trim() === '') return [];
  if (/[[{]/.test(text.charAt(text.search(/\S/)))) {
    const found = parseJson(text.trim().replace(/,$/, ''), line);
    if (found) return found;
  }
  // JSON behind a prefix: `app-1  | {"log":…}`
  const brace = text.indexOf('{"');
  if (brace > 0 && text.trimEnd().endsWith('}')) {
    const found = parseJson(text.slice(brace).trim(), line);
    if (found) return found;
  }
  return [lineOfText(text, line)];
}

function parseJson(text: string, line: number): LogLine[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const entries = entriesOfJson(value);
  return entries.length === 0 ? undefined : entries.map((entry) => lineOfEntry(entry, line));
}

function lineOfText(text: string, line: number): LogLine {
  const bounded = text.slice(0, MAX_MESSAGE_CHARACTERS);
  const { before, program, pid, thread, message } = splitPrefix(bounded);
  const stamp = findStamp(before);
  const time = stamp === undefined ? undefined : isoOf(stamp);
  const service = serviceOf(before, stamp);
  return { line, program, pid, thread, stamp, time, service, message, text: bounded.trim() };
}

function lineOfEntry(entry: Entry, line: number): LogLine {
  const [plain = ''] = stripMarkup(entry.message.slice(0, MAX_MESSAGE_CHARACTERS));
  const inner = lineOfText(plain, line);
  const isNamed = inner.program !== undefined;
  const program = isNamed ? inner.program : entry.program;
  const message = isNamed ? inner.message : plain.trimEnd();
  const pid = inner.pid ?? entry.pid;
  const service = inner.service ?? entry.host;
  const stamp = entry.stamp ?? inner.stamp;
  const time = stamp === undefined ? undefined : isoOf(stamp);
  const text = program === undefined ? message : `${program}: ${message}`;
  return { line, program, pid, thread: undefined, stamp, time, service, message, text };
}

// docker-compose v1 `dhcp_1   | `, v2 `dhcp-1  | `; kubectl `[pod/name/container] `
const COMPOSE = /^\s*(?:\[([\w./-]+)\]|([\w.-]+)\s*\|)\s?/;

/** Some write the weight of a line where syslog has the host. */
const LEVEL = /^(?:\w+\.)?(?:debug|info|notice|warn(?:ing)?|err(?:or)?|crit(?:ical)?|alert|emerg)$/i;

function serviceOf(before: string, stamp: string | undefined): string | undefined {
  const found = COMPOSE.exec(before);
  const named = found?.[1] ?? found?.[2];
  if (named !== undefined || stamp === undefined) return named;
  // syslog writes the host name between the stamp and the program
  const rest = before.slice(before.indexOf(stamp) + stamp.length).trim();
  return /^[\w.-]+$/.test(rest) && !LEVEL.test(rest) ? rest : undefined;
}
