import { nearestWord } from '../../model/nearest-word.ts';
import { gap, placeOf, type SeedProblem } from './seed-problem.ts';

/** Words in a seed that stand for this server's addresses. */
export const PLACEHOLDERS = { report: '@PXECTL_REPORT@', http: '@PXECTL_HTTP@' } as const;

const KNOWN: readonly string[] = Object.values(PLACEHOLDERS);

/** Words that look like one of them, and that nobody fills in. */
export function checkPlaceholders(text: string): readonly SeedProblem[] {
  return [...text.matchAll(/@PXECTL[_-]?\w*@/gi)]
    .filter(([word]) => !KNOWN.includes(word))
    .map(({ 0: word, index }) => {
      const near = nearestWord(word, KNOWN) ?? KNOWN.join(' or ');
      return gap(`nobody fills in ${word}; did you mean ${near}?`, placeOf(text, index));
    });
}
