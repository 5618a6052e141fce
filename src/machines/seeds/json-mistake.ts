const TOKEN =
  /[ \t\n\r]*(?:([{}[\],:])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.+-])|(?:true|false|null)(?!\w)))/y;

export interface JsonMistake {
  readonly offset: number;
  readonly text: string;
}

/** What may come next, and how it is called. */
const WANTED = {
  value: 'a value',
  'value or ]': 'a value or ]',
  'key or }': 'a name in quotes or }',
  key: 'a name in quotes',
  colon: 'a colon',
  'comma or end': 'a comma or the end',
  nothing: 'nothing more',
} as const;
type Wanted = keyof typeof WANTED;

/** Where a text stops being JSON: JSON.parse of older Node versions does not tell. Undefined when it is JSON. */
export function findJsonMistake(text: string): JsonMistake | undefined {
  const open: ('{' | '[')[] = [];
  let wanted: Wanted = 'value';
  let offset = 0;
  const afterValue = (): Wanted => (open.length === 0 ? 'nothing' : 'comma or end');
  while (offset < text.length) {
    TOKEN.lastIndex = offset;
    const match = TOKEN.exec(text);
    const rest = /^[ \t\n\r]*/.exec(text.slice(offset))?.[0].length ?? 0;
    if (match === null && offset + rest === text.length) break;
    const [, sign, string, other] = match ?? [];
    const next = nextWanted(wanted, { sign, string, other }, open, afterValue);
    if (next === undefined) return { offset: offset + rest, text: `${WANTED[wanted]} is expected here` };
    wanted = next;
    offset = TOKEN.lastIndex;
  }
  return wanted === 'nothing' ? undefined : { offset, text: `it ends where ${WANTED[wanted]} is expected` };
}

interface Token {
  readonly sign: string | undefined;
  readonly string: string | undefined;
  readonly other: string | undefined;
}

function nextWanted(
  wanted: Wanted,
  { sign, string, other }: Token,
  open: ('{' | '[')[],
  afterValue: () => Wanted,
): Wanted | undefined {
  const isValue = wanted === 'value' || wanted === 'value or ]';
  if (isValue && (sign === '{' || sign === '[')) {
    open.push(sign);
    return sign === '{' ? 'key or }' : 'value or ]';
  }
  if (isValue && (string ?? other) !== undefined) return afterValue();
  if ((wanted === 'key' || wanted === 'key or }') && string !== undefined) return 'colon';
  if (wanted === 'colon' && sign === ':') return 'value';
  if (wanted === 'comma or end' && sign === ',') return open.at(-1) === '{' ? 'key' : 'value';
  const closes =
    (sign === '}' && open.at(-1) === '{' && (wanted === 'key or }' || wanted === 'comma or end')) ||
    (sign === ']' && open.at(-1) === '[' && (wanted === 'value or ]' || wanted === 'comma or end'));
  if (!closes) return undefined;
  open.pop();
  return afterValue();
}
