import { type Document, isMap, isNode, isScalar, type LineCounter } from 'yaml';
import { configError, type ErrorCode, type PxectlError } from './errors.ts';

export type ConfigPath = readonly (string | number)[];

/** One thing that is wrong in pxectl.yaml. */
export interface ConfigProblem {
  readonly code: ErrorCode;
  /** where it is, as keys and indexes */
  readonly path: ConfigPath;
  /** true: the key itself is wrong, not its value */
  readonly isKey?: boolean;
  /** what is wrong, one line, with the value */
  readonly what: string;
  readonly why?: string;
  /** the place that it clashes with: its line is told too */
  readonly other?: ConfigPath;
  /** the nearest right value */
  readonly suggestion?: string;
}

export interface LocatedProblem extends ConfigProblem {
  readonly line: number;
  readonly column: number;
}

/** Finds line and column of each problem and puts them in the order of the file. */
export function locateProblems(
  problems: readonly ConfigProblem[],
  document: Document,
  lines: LineCounter,
): LocatedProblem[] {
  return problems
    .map((problem) => {
      const { line, col } = lines.linePos(offsetOf(problem, document));
      const { other, why } = problem;
      const both = other === undefined ? why : `${why}, in line ${lineOfPath(other, document, lines)}`;
      return {
        ...problem,
        ...(both === undefined ? {} : { why: both }),
        line: Math.max(1, line),
        column: Math.max(1, col),
      };
    })
    .sort((a, b) => a.line - b.line || a.column - b.column);
}

/** The line of a value, or of the nearest map around it. */
export function lineOfPath(path: ConfigPath, document: Document, lines: LineCounter): number {
  return Math.max(1, lines.linePos(offsetOf({ path }, document)).line);
}

/** The byte offset of the wrong key or value; of the nearest map around it when it is missing. */
function offsetOf(problem: Pick<ConfigProblem, 'path' | 'isKey'>, document: Document): number {
  const parent = document.getIn(problem.path.slice(0, -1), true);
  if (isMap(parent)) {
    const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === problem.path.at(-1));
    const node = problem.isKey === true ? pair?.key : (pair?.value ?? pair?.key);
    if (isNode(node) && node.range) return node.range[0];
  }
  for (let length = problem.path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(problem.path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}

/** The first problem as an error of pxectl, the others in its details. `problems` holds at least one. */
export function problemsError(file: string, problems: readonly LocatedProblem[]): PxectlError {
  const [first] = problems;
  const others = problems.slice(1);
  const why = [first?.why, ...others.map((other) => `also ${lineOf(file, other)}${meant(other)}`)].filter(
    (line) => line !== undefined,
  );
  return configError(first?.code ?? 'E_CONFIG_VALUE', {
    what: first === undefined ? file : lineOf(file, first),
    ...(why.length === 0 ? {} : { why: why.join('\n') }),
    next:
      first?.suggestion === undefined
        ? `mend line ${first?.line} of ${file}`
        : `did you mean ${first.suggestion}?`,
    details: {
      file,
      problems: problems.map(({ line, column, path, what, why: reason, suggestion, code }) => ({
        code,
        line,
        column,
        path: path.join('.'),
        what,
        ...(reason === undefined ? {} : { why: reason }),
        ...(suggestion === undefined ? {} : { suggestion }),
      })),
    },
  });
}

function lineOf(file: string, problem: LocatedProblem): string {
  return `${file}:${problem.line}:${problem.column}: ${problem.what}`;
}

const meant = ({ suggestion }: LocatedProblem): string =>
  suggestion === undefined ? '' : ` (did you mean ${suggestion}?)`;

/** `machines[0].mac` for a path. */
export function pathText(path: ConfigPath): string {
  return path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`),
    '',
  );
}
