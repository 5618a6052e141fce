import type { Term } from './command-tree.ts';

/** One man page, as man(7) has it. */
export interface ManPage {
  /** `pxectl-up.1` */
  readonly file: string;
  readonly text: string;
}

export interface PageOptions {
  readonly version: string;
  /** 2026-11-28; part of the page's foot */
  readonly date: string;
}

/** A page with its head; `what` is what apropos(1) lists. */
export function manPage(
  name: string,
  section: 1 | 5,
  what: string,
  body: readonly string[],
  { version, date }: PageOptions,
): ManPage {
  const lines = [
    `.TH ${quoted(name.toUpperCase())} ${section} "${date}" ${quoted(`pxectl ${version}`)} "pxectl manual"`,
    '.SH NAME',
    `${escaped(name)} \\- ${escaped(what)}`,
    ...body,
  ];
  return { file: `${name}.${section}`, text: `${lines.join('\n')}\n` };
}

export const heading = (title: string): string => `.SH ${quoted(title)}`;
export const subheading = (title: string): string => `.SS ${quoted(title)}`;
/** A paragraph of its own. */
export const paragraph = (text: string): readonly string[] => ['.PP', escaped(text)];
/** Text right behind a heading. */
export const text = (words: string): string => escaped(words);

/** Words in bold and what each means, hanging. */
export const terms = (list: readonly Term[]): readonly string[] =>
  list.flatMap(({ term, text: meaning }) => ['.TP', `.B ${quoted(term)}`, escaped(meaning)]);

/** Lines as they stand, right behind a heading. */
export const literal = (lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['.nf', '.RS 4', ...lines.map(escaped), '.RE', '.fi'];

/** In a macro's argument a quote is written twice. */
const quoted = (words: string): string => `"${escaped(words).replaceAll('"', '""')}"`;

/** A fragment of help as a sentence. */
export const sentence = (words: string): string =>
  words === '' ? '' : `${words[0]?.toUpperCase() ?? ''}${words.slice(1)}${/[.:)]$/.test(words) ? '' : '.'}`;

/** Text for groff: a hyphen that is copied as one, no escape and no request that was not meant. */
function escaped(words: string): string {
  return words
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/, '\\&$1');
}
