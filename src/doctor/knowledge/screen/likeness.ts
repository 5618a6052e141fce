import type { KnowledgeEntry } from '../knowledge-entry.ts';
import { KNOWLEDGE } from '../messages.ts';
import { words } from './screen-words.ts';

/** Share of letter pairs that two short texts have in common (Sørensen–Dice), 0 to 1. */
export function likeness(a: string, b: string): number {
  const pairsOfA = pairs(a);
  const pairsOfB = pairs(b);
  if (pairsOfA.size === 0 || pairsOfB.size === 0) return 0;
  let common = 0;
  for (const pair of pairsOfA) if (pairsOfB.has(pair)) common++;
  return (2 * common) / (pairsOfA.size + pairsOfB.size);
}

const MAX_NEAREST = 3;
/** Four fifths of a known text's weight must be in one line, and three words of it, to be called near. */
const NEAR_ENOUGH = 0.8;
const MIN_COMMON_WORDS = 3;

// what asks for more than its words is not near by these alone
const KNOWN = KNOWLEDGE.filter(({ where }) => where === undefined).flatMap((entry) =>
  entry.texts.map((text) => ({ entry, known: new Set(words(text.replace(/^PXE-\w+/, ''))) })),
);
/** How much a word tells: the fewer texts have it, the more. */
const weights = new Map<string, number>();
for (const { known } of KNOWN) for (const word of known) weights.set(word, (weights.get(word) ?? 0) + 1);
for (const [word, count] of weights) weights.set(word, Math.log(1 + KNOWN.length / count));

/** The entries whose words are nearly all in one line of the input; none when nothing is near. */
export function nearestEntries(lines: readonly string[]): readonly KnowledgeEntry[] {
  const scores = new Map<KnowledgeEntry, number>();
  for (const line of lines) {
    const typed = [...new Set(words(line))];
    if (typed.length === 0) continue;
    for (const { entry, known } of KNOWN) {
      const common = [...known].filter((word) => typed.some((one) => isSameStem(one, word)));
      if (common.length < Math.min(MIN_COMMON_WORDS, known.size)) continue;
      const score = weightOf(common) / weightOf(known);
      if (score >= NEAR_ENOUGH) scores.set(entry, Math.max(score, scores.get(entry) ?? 0));
    }
  }
  return [...scores]
    .sort((a, b) => b[1] - a[1])
    .slice(0, MAX_NEAREST)
    .map(([entry]) => entry);
}

function weightOf(some: Iterable<string>): number {
  let sum = 0;
  for (const word of some) sum += weights.get(word) ?? 0;
  return sum;
}

/** "booting" and "boot", "downloads" and "download": one word, otherwise ended. */
function isSameStem(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return a === b || (short.length >= 4 && long.startsWith(short) && long.length - short.length <= 3);
}

function pairs(text: string): ReadonlySet<string> {
  const out = new Set<string>();
  for (let at = 0; at + 1 < Math.min(text.length, 400); at++) out.add(text.slice(at, at + 2));
  return out;
}
