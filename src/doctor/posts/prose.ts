/** Fewer words are a title or a command. */
const MIN_WORDS = 6;
const MIN_SHORT_WORDS = 2;
const MIN_SHARE = 0.75;
const WORD = /^["'“„(]{0,2}\p{L}[\p{L}'’/-]*[")”.,:;!?…]*$/u;
/** Articles and prepositions: sentences of any language have them, statements hardly. */
const SHORT_WORD = /^\p{Ll}{1,3}[.,:;!?]?$/u;
/** Comments, quotes, commands, and ends of statements. */
const NO_SENTENCE = /^\s*(?:#|;|\/\/|>|\$ )|[{};=]\s*$/;
/** What forums write above something that was pasted, and people above a file. */
const LABEL = /^(?:code|quote|spoiler|[\w./-]+\.(?:conf|cfg|ipxe|log|txt)):?\s*$/i;

/** Whether lines are words to a reader, and no part of a configuration. */
export function isProse(lines: readonly string[]): boolean {
  const [first = ''] = lines;
  if (!/^[\p{L}("“„]/u.test(first) || lines.some((line) => NO_SENTENCE.test(line))) return false;
  const words = lines.join(' ').trim().split(/\s+/);
  return (
    words.length >= MIN_WORDS &&
    words.filter((word) => WORD.test(word)).length >= words.length * MIN_SHARE &&
    words.filter((word) => SHORT_WORD.test(word)).length >= MIN_SHORT_WORDS &&
    words.some((word) => /[.,:!?…]$/.test(word))
  );
}

/** How many lines at the beginning of a paragraph only lead to what follows them: "My dhcpd.conf looks like this:". */
export function leadingProse(lines: readonly string[]): number {
  if (LABEL.test(lines[0] ?? '')) return 1;
  const colon = lines.findIndex((line) => /:\s*$/.test(line));
  return colon >= 0 && colon + 1 < lines.length && isProse(lines.slice(0, colon + 1)) ? colon + 1 : 0;
}
