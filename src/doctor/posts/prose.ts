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
  const words = wordsOf(lines);
  return (
    isTalk(lines) &&
    words.length >= MIN_WORDS &&
    words.filter((word) => SHORT_WORD.test(word)).length >= MIN_SHORT_WORDS &&
    words.some((word) => /[.,:!?…]$/.test(word))
  );
}

/** The same of a few words, where nothing else speaks for a configuration: a greeting, a name. */
export function isTalk(lines: readonly string[]): boolean {
  const [first = ''] = lines;
  if (!/^[\p{L}("“„]/u.test(first) || lines.some((line) => NO_SENTENCE.test(line))) return false;
  const words = wordsOf(lines);
  return words.filter((word) => WORD.test(word)).length >= words.length * MIN_SHARE;
}

function wordsOf(lines: readonly string[]): readonly string[] {
  return lines.join(' ').trim().split(/\s+/);
}

/** What only leads to what follows; no statement of a configuration ends so. */
const LEAD = /^\p{L}[^;{}=]*:\s*$/u;

/** How many lines at the beginning of a paragraph only lead to what follows them: "My dhcpd.conf looks like this:". */
export function leadingProse(lines: readonly string[]): number {
  let count = 0;
  for (;;) {
    const rest = lines.slice(count);
    const colon = rest.findIndex((line) => LEAD.test(line));
    if (LABEL.test(rest[0] ?? '') || colon === 0) count++;
    else if (colon > 0 && colon + 1 < rest.length && isProse(rest.slice(0, colon + 1))) count += colon + 1;
    else return count;
  }
}
