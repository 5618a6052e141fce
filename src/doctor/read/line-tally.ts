import { rangesOf, type PassedOver } from '../../model/verdict.ts';

/** Numbers kept of each kind: enough to find the place. */
const KEPT_NUMBERS = 40;
const MAX_KINDS = 12;
const MAX_EXAMPLE_CHARACTERS = 160;

interface Kind {
  readonly example: string;
  readonly matters: boolean;
  readonly numbers: number[];
  count: number;
}

/** Counts the lines that were passed over, by kind, in bounded memory. */
export class LineTally {
  readonly #kinds = new Map<string, Kind>();

  /** `times`: as many lines from this one on. */
  add(what: string, line: number, text: string, matters: boolean, times = 1): void {
    let kind = this.#kinds.get(what);
    if (!kind) {
      if (this.#kinds.size >= MAX_KINDS) return;
      kind = { example: text.trim().slice(0, MAX_EXAMPLE_CHARACTERS), matters, numbers: [], count: 0 };
      this.#kinds.set(what, kind);
    }
    kind.count += times;
    for (let number = line; number < line + times && kind.numbers.length < KEPT_NUMBERS; number++)
      kind.numbers.push(number);
  }

  passedOver(): readonly PassedOver[] {
    return [...this.#kinds].map(([what, { count, numbers, example, matters }]) => ({
      what,
      count,
      at: rangesOf(numbers, count > numbers.length),
      example,
      matters,
    }));
  }
}
