/** `fatal`: the installer cannot work with it. `gap`: it installs, and something will be missing. `note`: good to know. */
export type SeedWeight = 'fatal' | 'gap' | 'note';

export interface SeedPlace {
  readonly line: number;
  readonly column: number;
}

/** What is wrong with the text of a seed, and where it shows. */
export interface SeedProblem {
  readonly weight: SeedWeight;
  readonly text: string;
  readonly at?: SeedPlace;
}

/** The same with the file that it is in. */
export interface SeedFileProblem extends SeedProblem {
  readonly path: string;
}

export const FIRST_PLACE: SeedPlace = { line: 1, column: 1 };

/** Line and column, both from 1, of a place in a text. */
export function placeOf(text: string, offset: number): SeedPlace {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}

export function fatal(text: string, at?: SeedPlace): SeedProblem {
  return { weight: 'fatal', text, ...(at === undefined ? {} : { at }) };
}

export function gap(text: string, at?: SeedPlace): SeedProblem {
  return { weight: 'gap', text, ...(at === undefined ? {} : { at }) };
}

export function note(text: string): SeedProblem {
  return { weight: 'note', text };
}

/** `seeds/user-data:4:1`, as compilers say it. */
export function whereOf({ path, at }: Pick<SeedFileProblem, 'path' | 'at'>): string {
  return at === undefined ? path : `${path}:${at.line}:${at.column}`;
}
