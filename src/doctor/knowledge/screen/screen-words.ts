import { editDistance } from '../../../model/nearest-word.ts';

/** A word of a screen in one spelling, and the line that it stands in (1 for the first). */
export interface ScreenWord {
  readonly text: string;
  readonly line: number;
}

/** Lower-case words with one spelling: no punctuation, "canceled" as "cancelled". `>` stays: `grub>` is a prompt. */
export function words(text: string): readonly string[] {
  const plain = text.toLowerCase().replace(/cancel+ed/g, 'cancelled');
  return plain.match(/[\p{L}\p{N}]+>?/gu) ?? [];
}

/** The words of a screen, misspelt ones as the known word that they are one letter away from. */
export function screenWords(
  lines: readonly string[],
  vocabulary: ReadonlySet<string>,
): readonly ScreenWord[] {
  const spelt = new Map<string, string>();
  return lines.flatMap((line, index) =>
    words(line).map((word) => {
      let text = spelt.get(word);
      if (text === undefined) {
        text = vocabulary.has(word) ? word : (nearWord(word, vocabulary) ?? word);
        spelt.set(word, text);
      }
      return { text, line: index + 1 };
    }),
  );
}

/** Shorter words and numbers are not guessed: too many are one letter apart. */
const MIN_GUESSED_LETTERS = 5;

function nearWord(word: string, vocabulary: ReadonlySet<string>): string | undefined {
  if (word.length < MIN_GUESSED_LETTERS || /\d/.test(word)) return undefined;
  for (const known of vocabulary) {
    const isLike =
      known.length >= MIN_GUESSED_LETTERS &&
      Math.abs(known.length - word.length) <= 1 &&
      (known.slice(0, 2) === word.slice(0, 2) || known.slice(-2) === word.slice(-2));
    if (isLike && editDistance(word, known) === 1) return known;
  }
  return undefined;
}
