import { forgetOldest } from '../../protocol/forget-oldest.ts';
import Handlebars from 'handlebars';
import { messageOf } from '../../model/errors.ts';
import { printable } from '../../model/printable.ts';
import { placeOf, type SeedPlace } from './seed-problem.ts';
import { SeedTemplateError } from './seed-template-error.ts';
import { HELPER_NAMES, prepareTemplate } from './prepare-template.ts';
import { templateHelpers, type SecretValue } from './template-helpers.ts';
import { readPlaces, type FilledText } from './template-places.ts';
import { plainData, type SeedView } from './template-view.ts';

/** What Handlebars reads and compiles in about a second; hand-written seeds have a hundredth of that. */
const MOST_CHARACTERS = 512 * 1024;
const MOST_EXPRESSIONS = 1_000;
const LONGEST_EXPRESSION = 1_000;
const MOST_FILLED_CHARACTERS = 4 * 1024 * 1024;
/** Texts that are remembered: many machines have one seed. */
const MOST_TEMPLATES = 16;

/** An instance of our own: with the helpers for seeds, and without partials and log. */
const engine = Handlebars.create();

type Fill = (view: SeedView, secretOf: SecretValue) => FilledText;

const templates = new Map<string, Fill>();

/** Whether a text has anything to fill in; what begins with jinja's line is filled in by cloud-init on the machine. */
export function isTemplate(text: string): boolean {
  return text.includes('{{') && !/^\s*## template:\s*jinja/i.test(text);
}

/**
 * Fills a seed for one machine: nothing is escaped, and what is missing is an error and never an empty text.
 * @throws SeedTemplateError with the place in the template; its text shows no value
 */
export function fillTemplate(text: string, view: SeedView, secretOf: SecretValue): FilledText {
  return templateOf(text)(view, secretOf);
}

function templateOf(text: string): Fill {
  const known = templates.get(text);
  if (known !== undefined) return known;
  refuseTooMuch(text);
  const fill = compile(text);
  forgetOldest(templates, MOST_TEMPLATES - 1);
  templates.set(text, fill);
  return fill;
}

function refuseTooMuch(text: string): void {
  if (text.length > MOST_CHARACTERS) {
    const sizes = `${Math.round(text.length / 1024)} KiB, and ${MOST_CHARACTERS / 1024} are the most`;
    throw new SeedTemplateError(`it is a template of ${sizes}`);
  }
  const starts = [...text.matchAll(/\{\{(?!!)/g)].map(({ index }) => index);
  if (starts.length > MOST_EXPRESSIONS) {
    throw new SeedTemplateError(`it has ${starts.length} expressions, and ${MOST_EXPRESSIONS} are the most`);
  }
  for (const start of starts) {
    const end = text.indexOf('}}', start);
    if (end - start <= LONGEST_EXPRESSION) continue;
    const what = `an expression has ${end - start} characters, and ${LONGEST_EXPRESSION} are the most`;
    throw new SeedTemplateError(what, placeOf(text, start));
  }
}

function compile(text: string): Fill {
  const prepared = prepareTemplate(parse(text));
  const run = engine.compile(prepared.program, {
    ...{ noEscape: true, preventIndent: true, knownHelpersOnly: true },
    knownHelpers: HELPER_NAMES,
  });
  return (view, secretOf) => {
    const helpers = templateHelpers(view, secretOf, MOST_FILLED_CHARACTERS);
    let filled: string;
    try {
      filled = run(plainData(view), {
        ...{ helpers, allowProtoPropertiesByDefault: false, allowProtoMethodsByDefault: false },
      });
    } catch (error) {
      if (error instanceof SeedTemplateError) throw error;
      // whatever it is, its words may hold a value
      const isDeep = error instanceof RangeError;
      throw new SeedTemplateError(isDeep ? 'it is nested too deeply' : 'it cannot be filled in');
    }
    return readPlaces(filled, prepared.places, prepared.mark);
  };
}

const OWN_BRACES = 'braces that are the installer’s own are written \\{{';

function parse(text: string): hbs.AST.Program {
  try {
    return Handlebars.parse(text);
  } catch (error) {
    throw new SeedTemplateError(`its braces cannot be read: ${reasonOf(error)}; ${OWN_BRACES}`, {
      ...placeOfError(error, text),
    });
  }
}

/** jison's parser tells a line in its words alone, Handlebars itself a line and a column. */
function placeOfError(error: unknown, text: string): SeedPlace {
  const { lineNumber, column } = error as { readonly lineNumber?: number; readonly column?: number };
  if (lineNumber !== undefined) return { line: lineNumber, column: (column ?? 0) + 1 };
  const line = Number(/error on line (\d+)/.exec(messageOf(error))?.[1] ?? 1);
  const words = text.split('\n')[line - 1] ?? '';
  return { line, column: Math.max(0, words.lastIndexOf('{{')) + 1 };
}

function reasonOf(error: unknown): string {
  const message = messageOf(error);
  const expected = /Expecting .*/.exec(message)?.[0];
  const got = expected === undefined ? undefined : /got '(\w+)'/.exec(expected)?.[1];
  if (got === 'EOF') return 'it ends inside of them, or a block is never closed';
  if (got === 'INVALID') return 'a character that may not stand there';
  if (expected !== undefined) return 'what stands there is no expression';
  return printable(message.split('\n')[0]?.replace(/ - \d+:\d+$/, '') ?? '');
}
