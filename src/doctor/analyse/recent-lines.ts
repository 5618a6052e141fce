import type { Evidence } from '../../model/finding.ts';
import type { LogLine } from '../../protocol/log-lines/log-line.ts';

/** Lines kept to quote from: one packet's block is shorter. */
const QUOTABLE_LINES = 400;
const MAX_QUOTED_LENGTH = 200;

/** The last lines of a log, to quote from: memory for a few hundred of them. */
export class RecentLines {
  readonly #lines: LogLine[] = [];
  #number = 0;

  /** Its number: 1 for the first that was added. */
  add(line: LogLine): number {
    this.#number += 1;
    this.#lines[this.#number % QUOTABLE_LINES] = line;
    return this.#number;
  }

  quote(number: number): Evidence {
    const line = this.lineOf(number);
    return line === undefined ? { source: `log:${number}`, text: '' } : quoteOf(line);
  }

  quoteIfKept(number: number | undefined): Evidence | undefined {
    return number === undefined || this.lineOf(number) === undefined ? undefined : this.quote(number);
  }

  /** Undefined when it is too long ago. */
  lineOf(number: number): LogLine | undefined {
    return number > this.#number - QUOTABLE_LINES ? this.#lines[number % QUOTABLE_LINES] : undefined;
  }
}

export function quoteOf({ line, text }: LogLine): Evidence {
  return { source: `log:${line}`, text: text.slice(0, MAX_QUOTED_LENGTH) };
}
