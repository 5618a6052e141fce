import { PROGRAM } from './known-message.ts';
import { MAX_MESSAGE_CHARACTERS, type LogLine } from './log-line.ts';
import { isoOf } from './stamps.ts';

/** A server, its helpers and its lives, each with a stamp of its own form: more are rare. */
const MAX_PREFIXES = 12;
/** What only wrapped lines have in them, or lines that hold those of another program. */
const WRAPPED = /[\u001b\u009b\t\r<&|"`{>]|#033|\^\[|\[(?:\d*[;m]|K\b|kea-)/;
const NESTED = new RegExp(String.raw`^(?:\S+ \S+ \w+ +\[?|\S*)(?:${PROGRAM})\b`);
const OURS = new RegExp(`^(?:${PROGRAM})$`);
/** Cells of tables are taken apart by what stands in all of the line. */
const IN_CELLS = /[,;"\t{]|^\s*\|/;
const CODE_OF_ZERO = 48;
const CODE_OF_NINE = 57;

interface Prefix {
  readonly beforeStamp: string;
  readonly stamp: string;
  readonly afterStamp: string;
  readonly length: number;
  readonly line: LogLine;
}

/**
 * What stands before the messages of a log is the same in most lines, the digits of its stamp apart: it is taken apart
 * once, and known again. Bounded.
 */
export class KnownPrefixes {
  readonly #prefixes: Prefix[] = [];
  #stamp = '';
  #time: string | undefined;

  /** Undefined for a line that has to be taken apart. */
  read(raw: string, line: number): LogLine | undefined {
    if (raw.length > MAX_MESSAGE_CHARACTERS) return undefined;
    const prefix = this.#prefixes.find((known) => begins(raw, known));
    if (!prefix) return undefined;
    const message = raw.slice(prefix.length).trim();
    if (WRAPPED.test(message) || NESTED.test(message)) return undefined;
    const { program, pid, thread, service } = prefix.line;
    const stamp = this.#stampOf(raw, prefix);
    return { line, program, pid, thread, stamp, time: this.#time, service, message, text: raw.trim() };
  }

  /** Remembers what stands before the message of a line that was taken apart. */
  learn(raw: string, line: LogLine): void {
    const { program, message, stamp = '', text } = line;
    const whole = raw.trimEnd();
    if (program === undefined || !OURS.test(program) || message === '') return;
    if (text !== raw.trim() || !whole.endsWith(message)) return;
    const head = whole.slice(0, whole.length - message.length);
    const stampAt = head.indexOf(stamp);
    if (stampAt < 0 || IN_CELLS.test(head) || WRAPPED.test(message) || NESTED.test(message)) return;
    if (this.#prefixes.length >= MAX_PREFIXES) this.#prefixes.shift();
    this.#prefixes.push({
      beforeStamp: head.slice(0, stampAt),
      stamp,
      afterStamp: head.slice(stampAt + stamp.length),
      length: head.length,
      line,
    });
  }

  /** The lines of one packet have the same stamp. */
  #stampOf(raw: string, { beforeStamp, stamp }: Prefix): string | undefined {
    if (stamp === '') {
      this.#time = undefined;
      return undefined;
    }
    const found = raw.slice(beforeStamp.length, beforeStamp.length + stamp.length);
    if (found === this.#stamp) return this.#stamp;
    this.#stamp = found;
    this.#time = isoOf(found);
    return found;
  }
}

function begins(raw: string, { beforeStamp, stamp, afterStamp, length }: Prefix): boolean {
  if (raw.length <= length || !raw.startsWith(afterStamp, length - afterStamp.length)) return false;
  if (!raw.startsWith(beforeStamp)) return false;
  for (let at = 0; at < stamp.length; at++) {
    const wanted = stamp.charCodeAt(at);
    const found = raw.charCodeAt(beforeStamp.length + at);
    if (found !== wanted && !(isDigit(wanted) && isDigit(found))) return false;
  }
  return true;
}

function isDigit(code: number): boolean {
  return code >= CODE_OF_ZERO && code <= CODE_OF_NINE;
}
