import type { MacAddress } from '../../protocol/addresses.ts';

/** What fills many screens; older ones are in the events on disk. */
const MAX_LINES = 500;

/** Who says what pxectl itself has to say. */
export const OWN_NAME = 'pxectl';

export type NewsTone = 'plain' | 'good' | 'warning' | 'problem';

/** One line of what happened. */
export interface NewsLine {
  /** ISO 8601 */
  readonly time: string;
  readonly mac: MacAddress | undefined;
  readonly who: string;
  readonly text: string;
  readonly tone: NewsTone;
  /** how often it was said in a row */
  readonly count: number;
}

/** The newest lines, oldest first; what somebody says again and again is one of them. */
export class LiveNews {
  #lines: NewsLine[] = [];

  get lines(): readonly NewsLine[] {
    return this.#lines;
  }

  add(line: Omit<NewsLine, 'count'>): void {
    const isSame = (other: NewsLine): boolean => other.who === line.who && other.text === line.text;
    // firmware repeats what it asks while others talk
    const recent = this.#lines.length - 20;
    const before = this.#lines.findLastIndex((other, index) => index >= recent && other.who === line.who);
    const last = this.#lines[before];
    const isAgain = last !== undefined && isSame(last);
    if (isAgain) this.#lines.splice(before, 1);
    this.#lines.push({ ...line, count: isAgain ? last.count + 1 : 1 });
    if (this.#lines.length > MAX_LINES * 2) this.#lines = this.#lines.slice(-MAX_LINES);
  }
}
