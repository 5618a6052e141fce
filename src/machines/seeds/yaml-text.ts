import {
  isCollection,
  Lexer,
  LineCounter,
  parseAllDocuments,
  visit,
  type Document,
  type YAMLError,
  type YAMLParseError,
} from 'yaml';
import { fatal, gap, placeOf, type SeedPlace, type SeedProblem } from './seed-problem.ts';

export interface YamlText {
  readonly problems: readonly SeedProblem[];
  /** one value a document; empty when the text is no YAML */
  readonly values: readonly unknown[];
}

/**
 * Who reads it: Python (cloud-init) takes the last of two equal keys and no tab between words, Go (Talos) the other way
 * round.
 */
export type YamlReader = 'python' | 'go';

/** Reads YAML as the program does that the seed is for. */
export function readYaml(text: string, reader: YamlReader): YamlText {
  const lines = new LineCounter();
  // "empty" has no documents, and no errors
  const documents = [...parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, merge: true })];
  const placeAt = (offset: number): SeedPlace => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const isTwin = (error: YAMLParseError): boolean => reader === 'python' && error.code === 'DUPLICATE_KEY';
  const errors = documents.flatMap((document) => document.errors);
  const unknownTags = documents
    .flatMap((document) => document.warnings)
    .filter(({ code }) => code === 'TAG_RESOLVE_FAILED');
  const [broken]: YAMLError[] = [...errors.filter((error) => !isTwin(error)), ...unknownTags];
  const stop = (what: string, at?: SeedPlace): YamlText => ({
    problems: [fatal(`it is not YAML: ${what.split('\n')[0] ?? ''}`, at)],
    values: [],
  });
  if (broken !== undefined) return stop(broken.message, placeAt(broken.pos[0]));
  const tab = reader === 'python' ? findTab(text) : undefined;
  if (tab !== undefined) return stop('there is a tab where only blanks may be', placeOf(text, tab));
  const key = documents.map(findCollectionAsKey).find((offset) => offset !== undefined);
  if (key !== undefined) {
    return stop('a mapping or list cannot be a key; is {{ … }} to be filled in first?', placeAt(key));
  }
  const twins = errors.map((error) =>
    gap('the same key stands twice here, and only the last one counts', placeAt(error.pos[0])),
  );
  try {
    return { problems: twins, values: documents.map((document) => document.toJS() as unknown) };
  } catch (error) {
    return stop(error instanceof Error ? error.message : String(error));
  }
}

export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function findCollectionAsKey(document: Document.Parsed): number | undefined {
  let found: number | undefined;
  visit(document, {
    Pair(_, { key }) {
      if (!isCollection(key)) return undefined;
      found = key.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return found;
}

/** Signs of the lexer's own, which stand in no text: begin of a document, end of a flow, begin of a block of text. */
const SIGNS = new Set(['\x02', '\x18', '\x1f']);

/** Where a tab stands between words, as PyYAML's scanner refuses it; inside of words and blocks of text it may stand. */
function findTab(text: string): number | undefined {
  let offset = 0;
  let isText = false;
  for (const lexeme of new Lexer().lex(text)) {
    if (SIGNS.has(lexeme)) {
      isText = lexeme === '\x1f';
      continue;
    }
    if (!isText && /^[ \t]+$/.test(lexeme) && lexeme.includes('\t')) return offset + lexeme.indexOf('\t');
    isText = false;
    offset += lexeme.length;
  }
  return undefined;
}
