import type { SeedPlace } from './seed-problem.ts';

/** Why a template cannot be filled in; `at`, lines and columns from 1, is in the template. */
export class SeedTemplateError extends Error {
  override readonly name = 'SeedTemplateError';

  constructor(
    message: string,
    readonly at?: SeedPlace,
  ) {
    super(message);
  }
}

/** A place as Handlebars counts it, columns from 0. */
export function placeOfNode({ start }: hbs.AST.SourceLocation): SeedPlace {
  return { line: start.line, column: start.column + 1 };
}
