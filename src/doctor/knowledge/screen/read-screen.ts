import { stripVTControlCharacters } from 'node:util';
import { STAGES_ON_SCREEN, type KnowledgeEntry } from '../knowledge-entry.ts';
import { matchCodes } from './match-codes.ts';
import { matchTexts, VOCABULARY } from './match-texts.ts';
import { screenWords } from './screen-words.ts';

/**
 * What a line is in the story: only the cause and what follows it is a fault of this boot. `last` is the proof that
 * nothing follows: nobody knows whether the boot stands there or the screen was shown too early. A `sign` is no fault
 * itself and tells which cause the fault has.
 */
export type LinePart =
  'proof' | 'harmless' | 'sign' | 'overcome' | 'cause' | 'consequence' | 'last' | 'other-try';

/** One understood line of a screen. */
export interface ScreenLine {
  /** 1 for the first */
  readonly line: number;
  readonly text: string;
  readonly part: LinePart;
  /** several when its code has several meanings and nothing decides */
  readonly entries: readonly KnowledgeEntry[];
  /** of a line without a code: the spelling of the knowledge that it has */
  readonly spelling?: string;
  readonly note?: string;
}

export interface ScreenStory {
  readonly lines: readonly ScreenLine[];
  /** lines with words in them that doctor does not know */
  readonly unknownLines: number;
}

interface Item {
  readonly line: number;
  readonly lastLine: number;
  readonly entries: readonly KnowledgeEntry[];
  readonly spelling?: string;
  readonly note?: string;
}

/**
 * Reads a screen in order: each line proves the stages before it, harmless lines are named as such, and the cause
 * is looked for after the last proof of the attempt that got furthest.
 */
export function readScreen(text: string): ScreenStory {
  const lines = plainLines(text);
  const all = itemsOf(lines.map((line) => (isSetting(line) ? '' : line)));
  const items = withoutRivals(all);
  const parts = new Map<Item, LinePart>();
  for (const item of excused(items)) parts.set(item, 'harmless');
  const attempt = mainAttempt(items.filter((item) => !parts.has(item)));
  const inAttempt = new Set(attempt);
  for (const item of items) {
    if (parts.has(item)) continue;
    const part = inAttempt.has(item) ? (isProof(item) ? 'proof' : 'overcome') : 'other-try';
    const role = roleOf(item);
    parts.set(item, role === 'trailer' ? 'consequence' : role === 'sign' ? 'sign' : part);
  }
  const cause = causeOf(attempt);
  if (cause) {
    parts.set(cause, isProof(cause) ? 'last' : 'cause');
    for (const item of attempt.slice(attempt.indexOf(cause) + 1))
      if (roleOf(item) !== 'sign') parts.set(item, 'consequence');
  }
  const read = new Set(all.flatMap((item) => lineNumbers(item)));
  return {
    lines: items.map((item) => ({
      line: item.line,
      text: (lines[item.line - 1] ?? '').trim(),
      part: parts.get(item) ?? 'proof',
      entries: item.entries,
      ...(item.spelling === undefined ? {} : { spelling: item.spelling }),
      ...(item.note === undefined ? {} : { note: item.note }),
    })),
    unknownLines: lines.filter((line, index) => /\p{L}{3}/u.test(line) && !read.has(index + 1)).length,
  };
}

/** A line of a settings file: its name may hold the words of a message, and says nothing happened. */
export function isSetting(line: string): boolean {
  return /^\s*[A-Z][A-Z0-9_]*=\S*\s*$/.test(line);
}

/** Lines without colours and without the links of markdown; firmware puts the cursor elsewhere instead of ending a line. */
function plainLines(text: string): readonly string[] {
  return stripVTControlCharacters(text.replace(/\u001b\[\d+;\d+H/g, '\n'))
    .replace(/\[([^[\]\n]+)\]\(https?:[^()\n]*\)/g, '$1')
    .split(/\r?\n|\r/);
}

/** Codes and texts in the order of the screen; a code and the words beside it are one thing, unless they are a sign of its own. */
function itemsOf(lines: readonly string[]): readonly Item[] {
  const codes = matchCodes(lines);
  const texts = matchTexts(screenWords(lines, VOCABULARY), lines);
  // a line that is known as harmless is so with any code on it
  const harmless = new Set(
    texts.flatMap(({ entries, line }) => (entries[0]?.role === 'harmless' ? line : [])),
  );
  const telling = codes.filter((code) => !harmless.has(code.line));
  const besideCode = new Set(telling.map((code) => code.line));
  const items: Item[] = [
    ...telling.map((code) => ({ ...code, lastLine: code.line })),
    ...texts
      .filter(({ line, entries }) => !besideCode.has(line) || entries[0]?.role === 'sign')
      .map(({ entries, spelling, line, lastLine }) => ({ entries, spelling, line, lastLine })),
  ];
  return items.sort((a, b) => a.line - b.line);
}

/** Of several meanings of a code those of the program that printed other lines too; equal lines are told once. */
function withoutRivals(items: readonly Item[]): readonly Item[] {
  const printers = new Set(
    items.flatMap(({ entries }) => (entries.length === 1 ? entries[0]?.printedBy : [])),
  );
  const seen = new Set(items.flatMap(({ entries }) => entries.map(({ id }) => id)));
  const possible = items.map((item) => {
    const named = item.entries.filter(({ needs }) => needs === undefined || seen.has(needs));
    return named.length > 0 ? { ...item, entries: named } : item;
  });
  const settled = possible.map((item) => {
    const ofPrinter = item.entries.filter((entry) => printers.has(entry.printedBy));
    return ofPrinter.length > 0 ? { ...item, entries: ofPrinter } : item;
  });
  const idsOf = (item: Item | undefined): string | undefined => item?.entries.map((entry) => entry.id).join();
  return settled.filter((item, index) => idsOf(item) !== idsOf(settled[index - 1]));
}

/** Lines between a harmless line and the error that belongs to it. */
const MAX_EXCUSED_LINES = 8;

/** Harmless lines, and the errors right behind them that belong to them. */
function excused(items: readonly Item[]): readonly Item[] {
  const following: (Item | undefined)[] = [];
  let nearest: Item | undefined;
  for (const [index, item] of [...items.entries()].reverse()) {
    following[index] = nearest;
    if (!isProof(item)) nearest = item;
  }
  return items.flatMap((item, index) => {
    const [entry] = item.entries;
    if (entry?.role !== 'harmless') return [];
    const next = following[index];
    const isOwn = next !== undefined && entry.excuses?.includes(next.entries[0]?.id ?? '') === true;
    return isOwn && next.line <= item.lastLine + (entry.excusesWithin ?? MAX_EXCUSED_LINES)
      ? [item, next]
      : [item];
  });
}

/** The attempt that got furthest; of two equal ones the first that failed. */
function mainAttempt(items: readonly Item[]): readonly Item[] {
  const attempts: Item[][] = [[]];
  for (const item of items) {
    if (roleOf(item) === 'attempt' && (attempts.at(-1)?.length ?? 0) > 0) attempts.push([]);
    attempts.at(-1)?.push(item);
  }
  const reach = (attempt: readonly Item[]): number =>
    attempt.reduce(
      (furthest, item) => Math.max(furthest, STAGES_ON_SCREEN.indexOf(item.entries[0]?.stage ?? 'link')),
      -1,
    );
  const hasFault = (attempt: readonly Item[]): number =>
    Number(attempt.some((item) => roleOf(item) === 'fault'));
  return attempts.sort((a, b) => reach(b) - reach(a) || hasFault(b) - hasFault(a))[0] ?? [];
}

/** The first fault after the last proof, or a sign of one; where none follows, the boot stands at the last proof itself. */
function causeOf(attempt: readonly Item[]): Item | undefined {
  const last = attempt.findLastIndex(isProof);
  const after = attempt.slice(last + 1);
  const silent = attempt[last];
  return (
    after.find((item) => roleOf(item) === 'fault') ??
    after.find((item) => roleOf(item) === 'sign' && (item.entries[0]?.causes.length ?? 0) > 0) ??
    (silent?.entries[0]?.causes.length ? silent : undefined) ??
    after.find((item) => roleOf(item) === 'trailer')
  );
}

function roleOf(item: Item): NonNullable<KnowledgeEntry['role']> {
  return item.entries[0]?.role ?? 'fault';
}

function isProof(item: Item): boolean {
  return roleOf(item) === 'proof' || roleOf(item) === 'attempt';
}

function lineNumbers({ line, lastLine }: Item): readonly number[] {
  return Array.from({ length: lastLine - line + 1 }, (_, index) => line + index);
}
