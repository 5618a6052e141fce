import type { z } from 'zod';

/** One thing that a running pxectl can be asked. */
export interface Operation<Input = unknown, Reply = unknown> {
  readonly method: 'GET' | 'POST';
  /** begins with the version of the API: a later one stands beside it; `{name}` is a value of the input */
  readonly path: `/v1/${string}`;
  /** one line, for the document that describes all of them */
  readonly about: string;
  /** what the path does not hold comes in the query of a GET and in the body of a POST */
  readonly input: z.ZodType<Input>;
  readonly reply: z.ZodType<Reply>;
  /** how long whoever asks waits for the answer */
  readonly timeoutMs: number;
  /** the answer is a stream of server-sent events, each with such a reply */
  readonly isStream: boolean;
}

/** Running transfers are waited for before dnsmasq takes a changed configuration. */
const CHANGE_TIMEOUT_MS = 180_000;
const READ_TIMEOUT_MS = 10_000;

type Written<Input, Reply> = Pick<Operation<Input, Reply>, 'path' | 'about' | 'input' | 'reply'>;

/** Something to look at. */
export const read = <Input, Reply>(one: Written<Input, Reply>) =>
  ({ method: 'GET', timeoutMs: READ_TIMEOUT_MS, isStream: false, ...one }) as const;

/** Something to follow. */
export const follow = <Input, Reply>(one: Written<Input, Reply>) =>
  ({ method: 'GET', timeoutMs: READ_TIMEOUT_MS, isStream: true, ...one }) as const;

/** Something to do. */
export const change = <Input, Reply>(one: Written<Input, Reply> & { readonly timeoutMs?: number }) =>
  ({ method: 'POST', timeoutMs: CHANGE_TIMEOUT_MS, isStream: false, ...one }) as const;

/** The names in braces. */
export const namesInPath = (path: string): readonly string[] =>
  Array.from(path.matchAll(/\{(\w+)\}/g), ([, name = '']) => name);

/** The values that a path has where the operation's has names; undefined when it is another path. */
export function valuesOfPath(
  { path }: Pick<Operation, 'path'>,
  asked: string,
): Readonly<Record<string, string>> | undefined {
  const parts = path.split('/');
  const words = asked.split('/');
  if (parts.length !== words.length) return undefined;
  const values: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const word = words[index] ?? '';
    const [name] = namesInPath(part);
    if (name === undefined) {
      if (word !== part) return undefined;
      continue;
    }
    const value = decoded(word);
    if (value === undefined || value === '') return undefined;
    values[name] = value;
  }
  return values;
}

/** The way to ask it: path with query, and the body of a POST. */
export function requestOf(
  { method, path }: Pick<Operation, 'method' | 'path'>,
  input: Readonly<Record<string, unknown>>,
): { readonly path: string; readonly body: string | undefined } {
  const inPath = new Set(namesInPath(path));
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(wordOf(input[name])));
  const rest = Object.entries(input).filter(([name, value]) => !inPath.has(name) && value !== undefined);
  if (method === 'POST') return { path: filled, body: JSON.stringify(Object.fromEntries(rest)) };
  const query = new URLSearchParams(
    Object.fromEntries(rest.map(([name, value]) => [name, wordOf(value)])),
  ).toString();
  return { path: query === '' ? filled : `${filled}?${query}`, body: undefined };
}

const wordOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function decoded(word: string): string | undefined {
  try {
    return decodeURIComponent(word);
  } catch {
    return undefined;
  }
}
