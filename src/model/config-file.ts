import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import type { Config } from './config.ts';
import { checkConfig } from './config-checks.ts';
import {
  type ConfigPath,
  type ConfigProblem,
  lineOfPath,
  locateProblems,
  pathText,
  problemsError,
} from './config-problems.ts';
import { type ConfigFile, configFileSchema, keysAt } from './config-schema.ts';
import type { ConfigPlace } from './config-settings.ts';
import { configError } from './errors.ts';
import { nearestWord } from './nearest-word.ts';

/** A configuration beside what is written, for those who tell where a value comes from. */
export interface ConfigSource {
  readonly config: Config;
  readonly file: ConfigFile;
  readonly lineOf: (path: ConfigPath) => number;
}

/**
 * Reads pxectl.yaml. Machines with an install seed come out disarmed; what is known of orders is laid over it later.
 * @throws PxectlError E_CONFIG_SYNTAX, E_CONFIG_VALUE or E_CONFIG_UNSAFE_VALUE with file:line:column; `details.problems`
 * holds every problem of the file
 */
export function parseConfig(text: string, options: ConfigPlace): Config {
  return readConfigSource(text, options).config;
}

/** @see parseConfig */
export function readConfigSource(text: string, options: ConfigPlace): ConfigSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [syntax] = document.errors;
  if (syntax !== undefined) {
    const { line, col } = lines.linePos(syntax.pos[0]);
    const where = `${options.path}:${line}:${col}`;
    const twice = syntax.code === 'DUPLICATE_KEY' ? keyAt(text, syntax.pos[0]) : undefined;
    throw configError('E_CONFIG_SYNTAX', {
      ...(twice === undefined
        ? {
            what: `${where}: ${syntax.message.split('\n')[0]}`,
            why: 'the file is not valid YAML',
            next: `mend line ${line} of ${options.path}`,
          }
        : {
            what: `${where}: ${twice} stands there a second time`,
            why: 'a key can stand once beside others',
            next: `join both into one ${twice}`,
          }),
      details: {
        file: options.path,
        problems: [{ code: 'E_CONFIG_SYNTAX', line, column: col, what: syntax.message }],
      },
    });
  }
  const raw = toPlain(document, options.path);
  const outcome = check(raw, options);
  if ('config' in outcome) {
    return { ...outcome, lineOf: (path) => lineOfPath(path, document, lines) };
  }
  throw problemsError(options.path, locateProblems(outcome.problems, document, lines));
}

interface Problems {
  readonly problems: readonly ConfigProblem[];
}

/** Checks form and sense; what is wrong in form is left out before the rest is looked at, so that all is told at once. */
function check(raw: unknown, options: ConfigPlace): Omit<ConfigSource, 'lineOf'> | Problems {
  const parsed = configFileSchema.safeParse(raw);
  if (parsed.success) {
    const outcome = checkConfig(parsed.data, options);
    return 'config' in outcome ? { ...outcome, file: parsed.data } : outcome;
  }
  const problems = withoutEchoes(parsed.error.issues.flatMap((issue) => problemsOf(issue, raw)));
  // without the list of images every name of an image would look wrong
  if (problems.some(({ path }) => path[0] === 'images')) return { problems };
  const rest = configFileSchema.safeParse(without(raw, problems));
  const others = rest.success ? checkConfig(rest.data, options) : { problems: [] };
  const consequences = 'problems' in others ? others.problems : [];
  return { problems: [...problems, ...consequences.filter((other) => !isAround(other.path, problems))] };
}

/** A misspelt key is one mistake: that the right key is missing needs no second line. */
function withoutEchoes(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  const meant = new Set(
    problems.flatMap(({ isKey, path, suggestion }) =>
      isKey === true && suggestion !== undefined ? [pathText([...path.slice(0, -1), suggestion])] : [],
    ),
  );
  return problems.filter(({ isKey, path }) => isKey === true || !meant.has(pathText(path)));
}

/** Whether one of the problems lies below this path: what is said of the whole may come from what was left out. */
function isAround(path: ConfigPath, problems: readonly ConfigProblem[]): boolean {
  return problems.some((problem) => path.every((step, index) => problem.path[index] === step));
}

/** A copy without the values that have a problem. */
function without(raw: unknown, problems: readonly ConfigProblem[]): unknown {
  const copy: unknown = structuredClone(raw);
  for (const { path } of problems) {
    const parent = valueAt(copy, path.slice(0, -1));
    const key = path.at(-1);
    if (typeof parent === 'object' && parent !== null && !Array.isArray(parent) && key !== undefined) {
      Reflect.deleteProperty(parent, key);
    }
  }
  return copy;
}

/** The document as plain values; an alias bomb is refused here. */
function toPlain(document: ReturnType<typeof parseDocument>, path: string): unknown {
  try {
    const plain: unknown = document.toJS({ maxAliasCount: 100 }) ?? {};
    if (holdsItself(plain, [])) throw new Error('a value holds itself');
    return plain;
  } catch (error) {
    throw configError('E_CONFIG_SYNTAX', {
      what: `${path}:1:1: ${error instanceof Error ? error.message : String(error)}`,
      why: 'aliases that do not resolve, or too many of them',
      next: 'write the values out instead of using *aliases',
      cause: error,
    });
  }
}

/** Through an alias of what is around it: no text of it would ever end. */
const holdsItself = (value: unknown, around: readonly unknown[]): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (around.includes(value) || Object.values(value).some((inner) => holdsItself(inner, [...around, value])));

/** A value for a message: short, on one line. */
export function shown(value: unknown): string {
  const json = value === undefined ? 'nothing' : JSON.stringify(value);
  return json.length > 80 ? `${json.slice(0, 77)}…` : json;
}

function valueAt(raw: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null
        ? (value as Record<string | number, unknown>)[step]
        : undefined,
    raw,
  );
}

/** Puts one issue of zod into words of the file. */
function problemsOf(issue: z.core.$ZodIssue, raw: unknown): ConfigProblem[] {
  const path = issue.path.filter((step) => typeof step !== 'symbol');
  const name = path.length === 0 ? 'the file' : pathText(path);
  const value = valueAt(raw, path);
  const code = 'E_CONFIG_VALUE';
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => {
        const known = keysAt(path);
        const suggestion = nearestWord(key, known);
        return {
          code,
          path: [...path, key],
          isKey: true,
          what: `unknown key ${shown(key)}${path.length === 0 ? '' : ` in ${name}`}`,
          why: `known here: ${known.join(', ')}`,
          ...(suggestion === undefined ? {} : { suggestion }),
        };
      });
    case 'invalid_value': {
      const allowed = issue.values.map(String);
      const suggestion =
        value === undefined
          ? allowed[0]
          : (nearestWord(typeof value === 'string' ? value : shown(value), allowed) ??
            nearestNumber(value, issue.values));
      return [
        {
          code,
          path,
          what: value === undefined ? `${name} is missing` : `${name} is ${shown(value)}`,
          why: `it must be ${allowed.length === 1 ? allowed.join('') : `one of ${allowed.join(', ')}`}`,
          ...(suggestion === undefined ? {} : { suggestion }),
        },
      ];
    }
    case 'invalid_type': {
      if (value === undefined) return [{ code, path, what: `${name} is missing` }];
      const isNumberForText = issue.expected === 'string' && typeof value === 'number';
      return [
        {
          code,
          path,
          what: `${name} is ${shown(value)}`,
          why: `it must be ${WORDS[issue.expected] ?? issue.expected}`,
          ...(isNumberForText ? { suggestion: `"${String(value)}" (in quotes)` } : {}),
        },
      ];
    }
    case 'too_small':
    case 'too_big': {
      const limit = issue.code === 'too_small' ? issue.minimum : issue.maximum;
      const bound = issue.code === 'too_small' ? 'at least' : 'at most';
      const why = issue.origin === 'string' ? 'it must not be empty' : `it must be ${bound} ${limit}`;
      const suggestion = issue.origin === 'string' ? {} : { suggestion: String(limit) };
      return [{ code, path, what: `${name} is ${shown(value)}`, why, ...suggestion }];
    }
    default:
      return [{ code, path, what: `${name} is ${shown(value)}`, why: issue.message }];
  }
}

const WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  object: 'a map of keys and values',
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  record: 'a map of keys and values',
};

function nearestNumber(value: unknown, allowed: readonly unknown[]): string | undefined {
  if (typeof value !== 'number') return undefined;
  const numbers = allowed.filter((entry) => typeof entry === 'number');
  const [nearest] = numbers.sort((a, b) => Math.abs(a - value) - Math.abs(b - value));
  return nearest === undefined ? undefined : String(nearest);
}

/** The key that begins at this place, as somebody wrote it: `boot:`. */
const keyAt = (text: string, offset: number): string | undefined =>
  /^\s*([^\s:{}[\],]+)\s*:/.exec(text.slice(offset))?.[1]?.concat(':');
