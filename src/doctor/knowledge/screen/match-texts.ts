import type { KnowledgeEntry } from '../knowledge-entry.ts';
import { KNOWLEDGE } from '../messages.ts';
import { words, type ScreenWord } from './screen-words.ts';

/** A known text that stands on the screen. */
export interface TextMatch {
  /** several when two programs print the same words */
  readonly entries: readonly KnowledgeEntry[];
  /** the spelling of the knowledge that stands there */
  readonly spelling: string;
  /** first and last line of it */
  readonly line: number;
  readonly lastLine: number;
  /** index of its first word, and of the one behind its last */
  readonly from: number;
  readonly to: number;
  /** letters that fit: the longer text says more */
  readonly length: number;
}

interface KnownText {
  readonly entry: KnowledgeEntry;
  readonly text: string;
  /** between the parts stands what changes (`…`) */
  readonly parts: readonly (readonly string[])[];
  readonly where?: RegExp;
  readonly length: number;
}

/** Words that `…` may stand for, an URL with its path among them, and line ends within it. */
const MAX_GAP_WORDS = 30;
const MAX_GAP_LINES = 1;
/** Shorter texts are not looked for over the end of a line. */
const MIN_LETTERS_OVER_LINES = 16;
/** A shorter text is in too many screens. */
const MIN_LETTERS = 5;
/** An input that is only a part of a known text. */
const MIN_PART_LETTERS = 12;

const KNOWN_TEXTS: readonly KnownText[] = KNOWLEDGE.flatMap((entry) => {
  // "File not found" and the like say something only together with their code
  if (/^PXE-[TM]/.test(entry.code ?? '')) return [];
  const where = entry.where === undefined ? {} : { where: new RegExp(entry.where, 'iu') };
  return entry.texts.flatMap((text) => {
    const parts = text
      .replace(/^PXE-\w+\s*:/, '')
      .split('…')
      .map(words)
      .filter((part) => part.length > 0);
    // what asks for more than its words says more than they
    const length = lettersOf(parts.flat()) + Number(entry.where !== undefined);
    return length < MIN_LETTERS ? [] : [{ entry, text, parts, ...where, length }];
  });
});

const KNOWN_BY_FIRST_WORD = new Map<string, KnownText[]>();
for (const known of KNOWN_TEXTS) {
  const first = known.parts[0]?.[0] ?? '';
  const same = KNOWN_BY_FIRST_WORD.get(first);
  if (same) same.push(known);
  else KNOWN_BY_FIRST_WORD.set(first, [known]);
}

/** Every word of a known text, to recognise misspelt ones by. */
export const VOCABULARY: ReadonlySet<string> = new Set(KNOWN_TEXTS.flatMap(({ parts }) => parts.flat()));

/** The known texts on a screen, whose lines are given too; of two that overlap the longer one. */
export function matchTexts(screen: readonly ScreenWord[], lines: readonly string[]): readonly TextMatch[] {
  const all: TextMatch[] = [];
  // asked once for each line: its words may stand there a thousand times
  const fits = new Map<KnownText, readonly [line: number, isFit: boolean]>();
  const isThere = (known: KnownText, line: number): boolean => {
    const before = fits.get(known);
    if (before?.[0] === line) return before[1];
    const isFit = known.where?.test(lines[line - 1] ?? '') !== false;
    fits.set(known, [line, isFit]);
    return isFit;
  };
  screen.forEach((word, from) => {
    for (const known of KNOWN_BY_FIRST_WORD.get(word.text) ?? []) {
      const to = endOfMatch(known, screen, from);
      if (to === undefined || !isThere(known, word.line)) continue;
      all.push(matchAt(screen, known, from, to));
    }
  });
  if (all.length === 0) return partOfKnownText(screen);
  const best: TextMatch[] = [];
  // index of a word: indexes of the best ones that cover it, since only those can be rivals
  const covering = new Map<number, number[]>();
  // of one text the nearest beginning counts: `…` must not reach over the line before
  for (const match of [...all].sort((a, b) => b.length - a.length || b.from - a.from)) {
    const words = Array.from({ length: match.to - match.from }, (_, index) => match.from + index);
    const near = [...new Set(words.flatMap((word) => covering.get(word) ?? []))].sort((a, b) => a - b);
    const rival = near.find((index) => best[index] !== undefined && isRival(match, best[index])) ?? -1;
    const better = best[rival];
    if (better === undefined) {
      for (const word of words) covering.set(word, [...(covering.get(word) ?? []), best.length]);
      best.push(match);
    } else if (better.from === match.from && better.length === match.length)
      best[rival] = { ...better, entries: inOrder([...better.entries, ...match.entries]) };
  }
  return best.sort((a, b) => a.from - b.from);
}

/** They overlap. A sign within the words of a fault tells of that fault, and takes nothing from it. */
function isRival(match: TextMatch, better: TextMatch): boolean {
  const isWithin = match.from > better.from && match.to <= better.to;
  const isSign = match.entries[0]?.role === 'sign' && better.entries[0]?.role === undefined;
  return match.from < better.to && better.from < match.to && !(isWithin && isSign);
}

/** Words that stand there without a code are rather those of a program that prints none. */
function inOrder(entries: readonly KnowledgeEntry[]): readonly KnowledgeEntry[] {
  const coded = (entry: KnowledgeEntry): number => Number(entry.code !== undefined);
  return [...new Set(entries)].sort((a, b) => coded(a) - coded(b));
}

function matchAt(screen: readonly ScreenWord[], known: KnownText, from: number, to: number): TextMatch {
  return {
    entries: [known.entry],
    spelling: known.text,
    line: screen[from]?.line ?? 1,
    lastLine: screen[to - 1]?.line ?? 1,
    from,
    to,
    length: known.length,
  };
}

/** Index behind the last word when the parts stand there one after the other. */
function endOfMatch(
  { parts, length }: KnownText,
  screen: readonly ScreenWord[],
  from: number,
): number | undefined {
  let at = from;
  for (const [index, part] of parts.entries()) {
    const found =
      index === 0 ? at : findPart(part, screen, at, length >= MIN_LETTERS_OVER_LINES ? MAX_GAP_LINES : 0);
    if (found === undefined || !stands(part, screen, found)) return undefined;
    at = found + part.length;
  }
  return at;
}

function findPart(
  part: readonly string[],
  screen: readonly ScreenWord[],
  from: number,
  gapLines: number,
): number | undefined {
  const lastLine = (screen[from - 1]?.line ?? 0) + gapLines;
  for (let at = from; at <= from + MAX_GAP_WORDS; at++) {
    const word = screen[at];
    if (word === undefined || word.line > lastLine) return undefined;
    if (stands(part, screen, at)) return at;
  }
  return undefined;
}

function stands(part: readonly string[], screen: readonly ScreenWord[], at: number): boolean {
  return part.every((word, index) => screen[at + index]?.text === word);
}

/** One line that is a part of a known text: the user typed only its telling words. */
function partOfKnownText(screen: readonly ScreenWord[]): readonly TextMatch[] {
  const typed = screen.map((word) => word.text);
  if (lettersOf(typed) < MIN_PART_LETTERS || screen.at(-1)?.line !== screen[0]?.line) return [];
  const line = ` ${typed.join(' ')} `;
  const known = KNOWN_TEXTS.filter(
    ({ parts, where }) => where === undefined && ` ${parts.flat().join(' ')} `.includes(line),
  );
  const entries = new Set(known.map(({ entry }) => entry));
  return known
    .filter((text) => entries.delete(text.entry))
    .map((text) => matchAt(screen, { ...text, length: lettersOf(typed) }, 0, screen.length));
}

function lettersOf(all: readonly string[]): number {
  return all.join(' ').length;
}
