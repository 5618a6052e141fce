import Handlebars, { type HelperOptions } from 'handlebars';
import { printable } from '../../model/printable.ts';
import { placeOfNode, SeedTemplateError } from './seed-template-error.ts';
import { nearestPath, type SeedView } from './template-view.ts';

/** Gives a secret, or throws a SeedTemplateError without a place. */
export type SecretValue = (name: string) => string;

/** `{{#if x}} … {{/if}}` */
export const BLOCKS: readonly string[] = ['if', 'unless', 'each'];
/** What writes a value so that it is one in that language, whatever it is. */
export const WRITERS: readonly string[] = ['yaml', 'json', 'shell', 'xml'];
export const VALUE_HELPERS: readonly string[] = [...WRITERS, 'secret', 'lookup'];

/** What all loops of a template may do together. */
const MOST_TURNS = 100_000;

const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u;
/** What ends a text in YAML, shells, XML attributes and JSON. */
const QUOTES = /['"`\\]/;
/** What PyYAML takes in no document, and what ends a line there. */
const UNPRINTABLE = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff\ufdd0-\ufdef]/g;

type Options = HelperOptions & { readonly loc: hbs.AST.SourceLocation };

/** The helpers for one filling: they count what it costs. */
export function templateHelpers(
  view: SeedView,
  secretOf: SecretValue,
  mostCharacters: number,
): Readonly<Record<string, Handlebars.HelperDelegate>> {
  let turns = 0;
  let characters = 0;
  const count = (text: string): string => {
    characters += text.length;
    if (characters > mostCharacters) throw new SeedTemplateError('what it makes is too big for a seed');
    return text;
  };
  const placed =
    (act: (value: unknown, ...more: unknown[]) => string) =>
    (value: unknown, ...more: unknown[]): string => {
      const { loc } = more.at(-1) as Options;
      try {
        return count(act(value, ...more));
      } catch (error) {
        if (!(error instanceof SeedTemplateError) || error.at !== undefined) throw error;
        throw new SeedTemplateError(error.message, placeOfNode(loc));
      }
    };
  const each = (Handlebars.helpers as Readonly<Record<string, Handlebars.HelperDelegate>>)['each'];
  return {
    'pxectl get': (value: unknown, name: string, { loc }: Options) => {
      if (value !== undefined) return value;
      const near = nearestPath(name, view);
      const meant = near === undefined ? '' : `; did you mean ${near}?`;
      throw new SeedTemplateError(`there is no ${printable(name)}${meant}`, placeOfNode(loc));
    },
    'pxectl put': placed((value, name, isVerbatim) => {
      const said = textOf(value, String(name));
      return isVerbatim === true ? said : refuseBreaking(said, String(name));
    }),
    yaml: placed(jsonText),
    json: placed(jsonText),
    shell: placed((value) => {
      const said = textOf(value, 'this value');
      if (CONTROL.test(said))
        throw new SeedTemplateError(
          'it has a line break or control character, which no word of a shell line can have',
        );
      return `'${said.replaceAll("'", `'\\''`)}'`;
    }),
    xml: placed((value) => {
      const said = textOf(value, 'this value');
      // XML 1.0 §2.2
      if (/[^\P{Cc}\t\n\r]/u.test(said))
        throw new SeedTemplateError('it has a control character, which no XML can have');
      return said.replace(/[&<>"'\n\r\t]/g, (char) => `&#${char.charCodeAt(0)};`);
    }),
    secret: placed((name) => secretOf(textOf(name, 'its name'))),
    lookup(this: unknown, from: unknown, key: unknown) {
      const name = String(key);
      const isThere = typeof from === 'object' && from !== null && Object.hasOwn(from, name);
      return isThere ? (from as Readonly<Record<string, unknown>>)[name] : undefined;
    },
    each(this: unknown, list: unknown, options: Options) {
      if (typeof list !== 'object' || list === null) {
        throw new SeedTemplateError('each wants a list or a mapping', placeOfNode(options.loc));
      }
      const fn: HelperOptions['fn'] = (context: unknown, more) => {
        turns += 1;
        if (turns > MOST_TURNS) {
          throw new SeedTemplateError(
            `its loops turn more than ${MOST_TURNS} times`,
            placeOfNode(options.loc),
          );
        }
        return count(options.fn(context, more));
      };
      return each?.call(this, list, { ...options, fn }) as unknown;
    },
  };
}

function refuseBreaking(said: string, name: string): string {
  const what = CONTROL.test(said)
    ? 'a line break or control character'
    : QUOTES.test(said)
      ? 'a quote or \\'
      : '';
  if (what === '') return said;
  throw new SeedTemplateError(
    `${name} has ${what}, which can break the lines around it: write it with yaml, json, shell or xml ({{yaml …}}), or as it is: {{{…}}}`,
  );
}

/** Valid JSON, and YAML as PyYAML and Go read it. */
function jsonText(value: unknown): string {
  // lookup finds nothing
  if (value === undefined) throw new SeedTemplateError(NO_VALUE);
  return JSON.stringify(value).replace(
    UNPRINTABLE,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const NO_VALUE = 'there is no such value';

function textOf(value: unknown, name: string): string {
  if (value === undefined) throw new SeedTemplateError(NO_VALUE);
  if (value === null) throw new SeedTemplateError(`${name} is null: nothing is known of it`);
  if (typeof value === 'string') return value;
  if (typeof value !== 'object') return JSON.stringify(value);
  const kind = Array.isArray(value) ? 'a list' : 'a mapping';
  throw new SeedTemplateError(`${name} is ${kind}: {{yaml …}} writes it`);
}
