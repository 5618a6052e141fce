/** A value of Kea's JSON with the line that it stands in. */
export interface KeaValue {
  readonly line: number;
  readonly scalar?: string;
  readonly list?: readonly KeaValue[];
  readonly members?: ReadonlyMap<string, KeaValue>;
}

export interface KeaText {
  readonly root: KeaValue;
  /** where it is no JSON, and why */
  readonly broken?: { readonly line: number; readonly why: string };
  /** lines were left out, or it begins inside of a whole */
  readonly isPart: boolean;
}

interface Token {
  readonly text: string;
  readonly line: number;
}

const TOKEN = /"(?:[^"\\\n]|\\.)*"|\/\/.*|#.*|\/\*[\s\S]*?\*\/|[{}[\]:,]|[^\s{}[\]:,"]+|"/g;
const COMMENT = /^(?:\/\/|#|\/\*)/;
const MAX_TOKENS = 200_000;
const MAX_DEPTH = 60;

/** Reads JSON as Kea takes it: with comments of three kinds, and commas at the end of lists (Kea ARM, JSON syntax). */
export function parseKea(text: string): KeaText {
  const tokens = tokensOf(text);
  let at = 0;
  let broken: KeaText['broken'];
  const fail = (why: string): void => {
    broken ??= { line: (tokens[at] ?? tokens.at(-1))?.line ?? 1, why };
  };
  const take = (what: string): boolean => {
    if (tokens[at]?.text !== what) return false;
    at++;
    return true;
  };

  const readMembers = (end: string | undefined, depth: number): ReadonlyMap<string, KeaValue> => {
    const members = new Map<string, KeaValue>();
    while (at < tokens.length && broken === undefined) {
      if (end !== undefined && take(end)) return members;
      if (end === undefined && /^[}\]]$/.test(tokens[at]?.text ?? '')) return members;
      const key = tokens[at];
      if (key?.text.startsWith('"') !== true) {
        fail(`a name in quotes is expected, not ${key?.text ?? 'the end'}`);
        break;
      }
      at++;
      if (!take(':')) fail(`a colon is missing behind ${key.text}`);
      else members.set(key.text.slice(1, -1), readValue(depth));
      separate(end);
    }
    if (end !== undefined && broken === undefined) fail('a closing brace is missing');
    return members;
  };

  const readList = (depth: number): readonly KeaValue[] => {
    const list: KeaValue[] = [];
    while (at < tokens.length && broken === undefined) {
      if (take(']')) return list;
      list.push(readValue(depth));
      separate(']');
    }
    if (broken === undefined) fail('a closing bracket is missing');
    return list;
  };

  const separate = (end: string | undefined): void => {
    const next = tokens[at]?.text;
    if (broken !== undefined || take(',') || next === undefined || next === end) return;
    if (end !== undefined || !/^[}\]]$/.test(next)) fail(`a comma is missing before ${next}`);
  };

  const readValue = (depth: number): KeaValue => {
    const token = tokens[at];
    const line = token?.line ?? 1;
    if (token === undefined || depth > MAX_DEPTH || /^[}\]:,]$/.test(token.text)) {
      fail('a value is missing');
      return { line };
    }
    at++;
    if (token.text === '{') return { line, members: readMembers('}', depth + 1) };
    if (token.text === '[') return { line, list: readList(depth + 1) };
    return {
      line,
      scalar: token.text.startsWith('"') ? token.text.slice(1, -1).replace(/\\(.)/g, '$1') : token.text,
    };
  };

  const isWhole = tokens[0]?.text === '{';
  const root = isWhole ? readValue(0) : { line: 1, members: readMembers(undefined, 0) };
  const isCut = /\.\.\.|…/.test(text);
  return { root, ...(broken === undefined ? {} : { broken }), isPart: !isWhole || isCut };
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let counted = 0;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    for (; counted < index; counted++) if (text.charCodeAt(counted) === 10) line++;
    if (!COMMENT.test(token) && tokens.length < MAX_TOKENS) tokens.push({ text: token, line });
  }
  return tokens;
}
