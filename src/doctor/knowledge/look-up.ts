import { findingEntry } from './finding-entry.ts';
import { decodeIpxeCode, ipxeEntry } from './ipxe-codes.ts';
import type { KnowledgeEntry } from './knowledge-entry.ts';
import { KNOWLEDGE } from './messages.ts';

export interface LookUpResult {
  /** false: nothing fits, `matches` are the nearest */
  readonly isKnown: boolean;
  /** most likely first */
  readonly matches: readonly KnowledgeEntry[];
}

const MAX_INPUT = 20_000;
const MAX_NEAREST = 5;
const MAX_MATCHES = 8;
/** Below this share of common letter pairs two texts have nothing to do with each other. */
const NEAR_ENOUGH = 0.34;

/**
 * What a code, a line, a URL or a whole screen means. Codes count in any spelling that screens have
 * (`PXE-E21 : Remote boot canceled`, `pxe e21`, `https://ipxe.org/2d0c618e`); where one code has two meanings the
 * words beside it decide, and both are returned when there are none. The id of a finding of pxectl counts as well.
 */
export function lookUp(input: string): LookUpResult {
  const text = input.slice(0, MAX_INPUT);
  const finding = findingEntry(text);
  if (finding !== undefined) return { isKnown: true, matches: [finding] };
  const found = new Set<KnowledgeEntry>();
  for (const entry of entriesByCode(text)) found.add(entry);
  for (const entry of entriesByIpxeCode(text)) found.add(entry);
  for (const entry of entriesByWords(text)) found.add(entry);
  const matches = [...found];
  // "Exiting PXE ROM" and the like stand below the line that matters
  const telling = matches.filter((entry) => entry.id !== 'rom-pxe-m0f');
  const best = telling.length > 0 ? telling : matches;
  if (best.length > 0) return { isKnown: true, matches: best.slice(0, MAX_MATCHES) };
  return { isKnown: false, matches: nearestEntries(text) };
}

/** The entries whose texts resemble the input most. */
export function nearestEntries(input: string): readonly KnowledgeEntry[] {
  const wanted = words(input);
  return KNOWLEDGE.map((entry) => ({
    entry,
    score: Math.max(...[entry.code ?? '', ...entry.texts].map((text) => similarity(wanted, words(text)))),
  }))
    .filter(({ score }) => score >= NEAR_ENOUGH)
    .sort((a, b) => b.score - a.score)
    .slice(0, MAX_NEAREST)
    .map(({ entry }) => entry);
}

function entriesByCode(text: string): readonly KnowledgeEntry[] {
  const out: KnowledgeEntry[] = [];
  for (const line of text.split('\n')) {
    for (const match of line.matchAll(/\bPXE\s?[-–:]?\s?([EMT])\s?-?([0-9A-F]{2})\b/gi)) {
      out.push(...entriesOfCode(`PXE-${match[1]}${match[2]}`.toUpperCase(), line.replace(match[0], '')));
    }
    const alone = /^\s*([EMT][0-9A-F]{2})\s*$/i.exec(line)?.[1];
    if (alone !== undefined) out.push(...entriesOfCode(`PXE-${alone}`.toUpperCase(), ''));
  }
  return out;
}

/** The meanings of a code; those whose words fit the rest of the line, or all when there are no words. */
function entriesOfCode(code: string, restOfLine: string): readonly KnowledgeEntry[] {
  const candidates = KNOWLEDGE.filter((entry) => entry.code === code);
  const rest = words(restOfLine);
  if (candidates.length < 2 || rest.length < 4) return candidates;
  const scored = candidates
    .map((entry) => ({
      entry,
      score: Math.max(...entry.texts.map((text) => similarity(rest, words(text.replace(/^PXE-\w+/, ''))))),
    }))
    .sort((a, b) => b.score - a.score);
  const [best, second] = scored;
  if (!best || !second) return candidates;
  const isClear = best.score >= NEAR_ENOUGH && best.score - second.score > 0.1;
  return isClear ? [best.entry] : scored.map(({ entry }) => entry);
}

function entriesByIpxeCode(text: string): readonly KnowledgeEntry[] {
  const codes = [
    ...text.matchAll(/ipxe\.org\/(?:err\/)?([0-9a-f]{8}|[0-9a-f]{6})\b/gi),
    ...text.matchAll(/\(([0-9a-f]{8})\)/gi),
    ...text.matchAll(/^\s*(?:0x)?([0-9a-f]{8}|[0-9a-f]{6})\s*$/gim),
    ...text.matchAll(/\berror (?:code )?(?:0x)?([0-9a-f]{8})\b/gi),
  ];
  return codes.flatMap((match) => {
    const error = decodeIpxeCode(match[1] ?? '');
    return error ? [ipxeEntry(error)] : [];
  });
}

function entriesByWords(text: string): readonly KnowledgeEntry[] {
  const lines = text
    .split('\n')
    .map((line) => words(line))
    .filter((line) => line.length >= 4);
  const scored: { entry: KnowledgeEntry; length: number }[] = [];
  for (const entry of KNOWLEDGE) {
    // "File not found" and the like say something only together with their code
    if (/^PXE-[TM]/.test(entry.code ?? '')) continue;
    const length = Math.max(0, ...entry.texts.map((known) => lengthOfMatch(known, lines)));
    if (length > 0) scored.push({ entry, length });
  }
  return scored.sort((a, b) => b.length - a.length).map(({ entry }) => entry);
}

/** How many letters of a known text are in one of the lines, or the line in it; 0 when they do not fit. */
function lengthOfMatch(known: string, lines: readonly string[]): number {
  const parts = known
    .replace(/^PXE-\w+\s*:/, '')
    .split('…')
    .map(words)
    .filter((part) => part !== '');
  const length = parts.join(' ').length;
  if (length < 5) return 0;
  for (const line of lines) {
    let at = 0;
    const fits = parts.every((part) => {
      const index = ` ${line} `.indexOf(` ${part} `, at);
      at = index + 1;
      return index >= 0;
    });
    if (fits) return length;
    if (line.length >= 12 && ` ${parts.join(' ')} `.includes(` ${line} `)) return line.length;
  }
  return 0;
}

/** Lower-case words with one spelling: no punctuation, "canceled" as "cancelled". */
function words(text: string): string {
  return text
    .toLowerCase()
    .replace(/cancel+ed/g, 'cancelled')
    .replace(/[^\p{L}\p{N}>]+/gu, ' ')
    .trim();
}

/** Share of letter pairs that two texts have in common (Sørensen–Dice), 0 to 1. */
function similarity(a: string, b: string): number {
  const pairsOfA = pairs(a);
  const pairsOfB = pairs(b);
  if (pairsOfA.size === 0 || pairsOfB.size === 0) return 0;
  let common = 0;
  for (const pair of pairsOfA) if (pairsOfB.has(pair)) common++;
  return (2 * common) / (pairsOfA.size + pairsOfB.size);
}

function pairs(text: string): ReadonlySet<string> {
  const out = new Set<string>();
  for (let at = 0; at + 1 < Math.min(text.length, 400); at++) out.add(text.slice(at, at + 2));
  return out;
}
