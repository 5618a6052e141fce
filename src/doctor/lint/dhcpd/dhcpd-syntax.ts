/** One statement of a dhcpd.conf: its words up to `;`, or up to the block in braces behind it. */
export interface DhcpdStatement {
  readonly words: readonly string[];
  readonly file: string;
  /** of its first word; 1 for the first */
  readonly line: number;
  readonly raw: string;
  readonly block?: readonly DhcpdStatement[];
}

export interface DhcpdText {
  readonly statements: readonly DhcpdStatement[];
  /** where braces do not match, or a statement has no end */
  readonly brokenAt: number | undefined;
}

interface Word {
  readonly text: string;
  readonly line: number;
}

const MAX_WORDS = 200_000;
const MAX_DEPTH = 50;

/** Takes a dhcpd.conf apart (dhcpd.conf(5)); strings keep their quotes. */
export function parseDhcpd(file: string, text: string): DhcpdText {
  const lines = text.split(/\r?\n/);
  const words = wordsOf(lines);
  let at = 0;
  let brokenAt: number | undefined;

  const readBlock = (depth: number): readonly DhcpdStatement[] => {
    const statements: DhcpdStatement[] = [];
    let current: Word[] = [];
    const close = (block?: readonly DhcpdStatement[]): void => {
      const [first] = current;
      if (first) {
        const raw = (lines[first.line - 1] ?? '').trim();
        const own = { words: current.map((word) => word.text), file, line: first.line, raw };
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

function wordsOf(lines: readonly string[]): readonly Word[] {
  const words: Word[] = [];
  lines.forEach((raw, index) => {
    const parts = raw.matchAll(/"(?:[^"\\]|\\.)*"|#.*$|!=|~=|~~|[;{}(),=]|[^\s;{}(),="#!~]+/g);
    for (const [text] of parts)
      if (!text.startsWith('#') && words.length < MAX_WORDS) words.push({ text, line: index + 1 });
  });
  return words;
}

/** Every statement, those in blocks behind the one that they belong to. */
export function everyStatement(statements: readonly DhcpdStatement[]): readonly DhcpdStatement[] {
  return statements.flatMap((statement) => [statement, ...everyStatement(statement.block ?? [])]);
}
