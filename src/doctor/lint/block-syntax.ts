/** One statement: its words up to `;`, or up to the block in braces behind it. */
export interface BlockStatement {
  readonly words: readonly string[];
  /** the line of each word */
  readonly lines: readonly number[];
  readonly file: string;
  /** of its first word; 1 for the first */
  readonly line: number;
  readonly raw: string;
  readonly block?: readonly BlockStatement[];
}

export interface BlockText {
  readonly statements: readonly BlockStatement[];
  /** where braces do not match, or a statement has no end */
  readonly brokenAt: number | undefined;
}

interface Word {
  readonly text: string;
  readonly line: number;
}

const MAX_WORDS = 200_000;
const MAX_DEPTH = 50;

/** Takes a configuration in braces apart; `wordPattern` finds its words, and comments, which begin with #. Strings keep their quotes. */
export function parseBlocks(file: string, text: string, wordPattern: RegExp): BlockText {
  const lines = text.split(/\r?\n/);
  const words = wordsOf(lines, wordPattern);
  let at = 0;
  let brokenAt: number | undefined;

  const readBlock = (depth: number): readonly BlockStatement[] => {
    const statements: BlockStatement[] = [];
    let current: Word[] = [];
    const close = (block?: readonly BlockStatement[]): void => {
      const [first] = current;
      if (first) {
        const raw = (lines[first.line - 1] ?? '').trim();
        const [said, places] = [current.map((word) => word.text), current.map((word) => word.line)];
        const own = { words: said, lines: places, file, line: first.line, raw };
        statements.push(block === undefined ? own : { ...own, block });
      }
      current = [];
    };
    for (; at < words.length; at++) {
      const word = words[at] as Word;
      if (word.text === ';') close();
      else if (word.text === '{') {
        if (depth >= MAX_DEPTH) {
          brokenAt ??= word.line;
          return statements;
        }
        at++;
        close(readBlock(depth + 1));
        if (words[at]?.text !== '}') brokenAt ??= word.line;
      } else if (word.text === '}') {
        if (current.length > 0 || depth === 0) brokenAt ??= word.line;
        if (depth > 0) return statements;
      } else current.push(word);
    }
    if (current[0]) brokenAt ??= current[0].line;
    return statements;
  };

  const statements = readBlock(0);
  return { statements, brokenAt };
}

function wordsOf(lines: readonly string[], wordPattern: RegExp): readonly Word[] {
  const words: Word[] = [];
  lines.forEach((raw, index) => {
    const parts = raw.matchAll(wordPattern);
    for (const [text] of parts)
      if (!text.startsWith('#') && words.length < MAX_WORDS) words.push({ text, line: index + 1 });
  });
  return words;
}

/** Every statement, those in blocks behind the one that they belong to. */
export function everyStatement(statements: readonly BlockStatement[]): readonly BlockStatement[] {
  return statements.flatMap((statement) => [statement, ...everyStatement(statement.block ?? [])]);
}
