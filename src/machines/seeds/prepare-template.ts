import { randomUUID } from 'node:crypto';
import { nearestWord } from '../../model/nearest-word.ts';
import { printable } from '../../model/printable.ts';
import type { SeedPlace } from './seed-problem.ts';
import { placeOfNode, SeedTemplateError } from './seed-template-error.ts';
import { BLOCKS, VALUE_HELPERS, WRITERS } from './template-helpers.ts';
import { originMark, type TextOrigin } from './template-places.ts';

export interface PreparedTemplate {
  readonly program: hbs.AST.Program;
  readonly places: readonly TextOrigin[];
  readonly mark: string;
}

/** Names that nobody can write. */
const PUT = 'pxectl put';
const GET = 'pxectl get';

/**
 * Looks at every expression before it is compiled, has each value pass a helper that looks at it, and marks where every
 * stretch of text comes from.
 * @throws SeedTemplateError for what seeds have no use for, and names that are no helpers
 */
export function prepareTemplate(program: hbs.AST.Program): PreparedTemplate {
  const mark = `\uFDD0${randomUUID()}:`;
  const places: TextOrigin[] = [];
  const markOf = (at: SeedPlace, isVerbatim: boolean, { loc }: hbs.AST.Node): hbs.AST.ContentStatement => {
    const value = originMark(mark, places.push({ at, isVerbatim }) - 1);
    return { type: 'ContentStatement', value, loc } as hbs.AST.ContentStatement;
  };
  const prepare = (from: hbs.AST.Program): hbs.AST.Program => ({
    ...from,
    body: from.body.flatMap((node): readonly hbs.AST.Statement[] => {
      const at = placeOfNode(node.loc);
      switch (node.type) {
        case 'ContentStatement': {
          const content = node as hbs.AST.ContentStatement;
          return [markOf(placeOfContent(content, at), true, node), content];
        }
        case 'CommentStatement':
          return [];
        case 'MustacheStatement':
          return [markOf(at, false, node), put(node as hbs.AST.MustacheStatement)];
        case 'BlockStatement': {
          const block = node as hbs.AST.BlockStatement;
          checkBlock(block);
          // an inverse is there or not: { program, inverse } of Handlebars' own parser
          const inverse = block.inverse as hbs.AST.Program | undefined;
          const own = block.program as hbs.AST.Program | undefined;
          return [
            {
              ...block,
              params: nameOf(block.path) === 'each' ? block.params.map(got) : block.params,
              ...(own === undefined ? {} : { program: prepare(own) }),
              ...(inverse === undefined ? {} : { inverse: prepare(inverse) }),
            } as hbs.AST.BlockStatement,
          ];
        }
        default:
          throw new SeedTemplateError('a seed has no partials and decorators: {{> …}} and {{* …}}', at);
      }
    }),
  });
  return { program: prepare(program), places, mark };
}

/** All that a prepared template calls, for the compiler. */
export const HELPER_NAMES: Readonly<Record<string, true>> = Object.fromEntries(
  [PUT, GET, ...VALUE_HELPERS, ...BLOCKS].map((name) => [name, true]),
);

/** Blanks that Handlebars took from its beginning were in the template. */
function placeOfContent(content: hbs.AST.ContentStatement, at: SeedPlace): SeedPlace {
  const original = content.original as unknown as string;
  const { value } = content;
  const taken = original.slice(0, Math.max(0, original.indexOf(value))).split('\n');
  const last = taken.at(-1)?.length ?? 0;
  return taken.length === 1
    ? { line: at.line, column: at.column + last }
    : { line: at.line + taken.length - 1, column: last + 1 };
}

/** `{{x}}` → `{{put (get x "x") "x" isVerbatim}}`; what writes its value itself stays as it is. */
function put(node: hbs.AST.MustacheStatement): hbs.AST.MustacheStatement {
  const { loc } = node;
  const name = nameOf(node.path);
  const isCall = node.params.length > 0 || VALUE_HELPERS.includes(name);
  if (isCall) checkCall(node, VALUE_HELPERS);
  if (isCall && WRITERS.includes(name)) return { ...node, params: node.params.map(got), escaped: false };
  const value = isCall ? ({ ...node, type: 'SubExpression' } as hbs.AST.Expression) : node.path;
  return {
    ...node,
    ...callOf(PUT, [got(value), literal(name, loc), literal(!node.escaped, loc)], loc),
    escaped: false,
  };
}

/** A value that must be there: `x` → `(get x "x")`. */
function got(value: hbs.AST.Expression): hbs.AST.Expression {
  const { loc } = value;
  if (value.type === 'SubExpression') {
    const call = value as hbs.AST.SubExpression;
    return { ...call, params: call.params.map(got) } as hbs.AST.SubExpression;
  }
  if (value.type !== 'PathExpression') return value;
  const call = callOf(GET, [value, literal(nameOf(value), loc)], loc);
  return { ...call, type: 'SubExpression', loc };
}

const callOf = (
  name: string,
  params: hbs.AST.Expression[],
  loc: hbs.AST.SourceLocation,
): Pick<hbs.AST.SubExpression, 'path' | 'params' | 'hash'> => ({
  path: { type: 'PathExpression', data: false, depth: 0, parts: [name], original: name, loc },
  params,
  hash: { type: 'Hash', pairs: [], loc },
});

const literal = (value: string | boolean, loc: hbs.AST.SourceLocation): hbs.AST.Literal =>
  ({
    type: typeof value === 'string' ? 'StringLiteral' : 'BooleanLiteral',
    value,
    original: value,
    loc,
  }) as hbs.AST.Literal;

const nameOf = (path: hbs.AST.Expression): string => String((path as hbs.AST.PathExpression).original);

function checkBlock(block: hbs.AST.BlockStatement): void {
  const name = nameOf(block.path);
  if (block.params.length === 0 && !BLOCKS.includes(name)) {
    const how = `{{#if ${printable(name)}}} or {{#each ${printable(name)}}}`;
    throw new SeedTemplateError(`what is to be done with ${printable(name)}? ${how}`, placeOfNode(block.loc));
  }
  checkCall(block, BLOCKS);
}

type Call = Pick<hbs.AST.MustacheStatement, 'path' | 'params' | 'loc'>;

function checkCall({ path, params, loc }: Call, known: readonly string[]): void {
  const name = nameOf(path);
  if (!known.includes(name)) {
    const near = nearestWord(name, known) ?? known.join(', ');
    const what = `there is no helper ${printable(name)}; did you mean ${near}?`;
    throw new SeedTemplateError(what, placeOfNode(loc));
  }
  const wanted = name === 'lookup' ? 2 : 1;
  if (params.length !== wanted) {
    const what = `${name} takes ${wanted === 1 ? 'one value' : 'two values'}`;
    throw new SeedTemplateError(what, placeOfNode(loc));
  }
  for (const param of params) {
    if (param.type === 'SubExpression') checkCall(param as hbs.AST.SubExpression, VALUE_HELPERS);
  }
}
