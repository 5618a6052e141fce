import type { Finding } from '../../../model/finding.ts';
import { words } from '../../../model/fix.ts';
import { everyStatement, parseBlocks, type BlockStatement } from '../block-syntax.ts';
import { lintFinding } from '../lint-finding.ts';
import { NGINX_RULES, nginxTls, type Placed } from './nginx-rules.ts';
import type { WebLint } from './web-lint.ts';
import { isWebDirective } from './web-words.ts';

/** A # within a word is a part of it, and ${name} is no block. */
const WORD =
  /"(?:[^"\\]|\\.){0,1000}"|'(?:[^'\\]|\\.){0,1000}'|[;{}]|#[^]*|(?:\$\{\w+\}|[^\s;{}"'])(?:\$\{\w+\}|[^\s;{}])*/g;
/** Blocks that hold names and values instead of directives. */
const OF_VALUES = /^(?:types|map|geo|split_clients|match)$/;
/** What is included without a word about boots: types of files, parameters of other servers, modules, keys. */
const OF_NO_BOOT = /mime\.types|_params$|fastcgi|modules-enabled|snippets\/(?:ssl|fastcgi)|letsencrypt|ssl/;

/** Finds what is wrong for network boot in a configuration of nginx: what is served, and who is refused. */
export function lintNginx(path: string, text: string, read: (path: string) => string | undefined): WebLint {
  const missing: string[] = [];
  const { statements: own, brokenAt } = parseBlocks(path, text, WORD);
  const statements = withIncludes(own, read, missing, 0);
  const placed = placedStatements(statements, []);
  const servers = everyStatement(statements).filter(
    ({ words: said }) => said[0] === 'server' && said.length === 1,
  );
  const broken = [...brokenLine(path, text, brokenAt), ...unended(placed)];
  const proxied = placed.filter(({ at }) =>
    /^(?:proxy|fastcgi|uwsgi|scgi|grpc)_pass$/.test(at.words[0] ?? ''),
  );
  const [first] = proxied;
  if (first)
    missing.push(
      `line ${first.at.line} passes requests on to a program, and what that answers is not in this file`,
    );
  return {
    findings: [
      ...broken,
      ...(broken.length > 0
        ? []
        : [
            ...placed.flatMap((one) => NGINX_RULES[one.at.words[0] ?? '']?.(one) ?? []),
            ...nginxTls(servers),
          ]),
    ],
    statementCount: placed.length,
    unknown: placed.flatMap(({ at }) => (isUnderstood(at) ? [] : [at])),
    missing,
  };
}

/** Conditions are understood where they are of the request's method or of the scheme. */
function isUnderstood({ words: said }: BlockStatement): boolean {
  const [name = ''] = said;
  if (name === 'if') return /^\(?\$(?:request_method|scheme|https|host|server_port)\b/.test(said[1] ?? '');
  return isWebDirective('nginx', name);
}

function placedStatements(
  statements: readonly BlockStatement[],
  within: readonly BlockStatement[],
): readonly Placed[] {
  return statements.flatMap((at) => {
    const inner = at.block === undefined || OF_VALUES.test(at.words[0] ?? '') ? [] : at.block;
    return [{ at, within }, ...placedStatements(inner, [...within, at])];
  });
}

function brokenLine(path: string, text: string, line: number | undefined): readonly Finding[] {
  if (line === undefined) return [];
  const raw = (text.split(/\r?\n/)[line - 1] ?? '').trim();
  return [
    lintFinding('config-unreadable', [{ file: path, line, raw }], [], {
      title: 'a brace or a semicolon is missing here',
      cause: 'nginx does not start with it.',
      mends: [words('correct it; nginx -t tells the line')],
    }),
  ];
}

/** A directive at the beginning of a line, within another that was not ended: its semicolon is missing. */
function unended(placed: readonly Placed[]): readonly Finding[] {
  return placed.flatMap(({ at }) => {
    const [name = ''] = at.words;
    const next = at.words.findIndex(
      (word, index) =>
        index > 0 &&
        (at.lines[index] ?? 0) > (at.lines[index - 1] ?? 0) &&
        /^[a-z_]+$/.test(word) &&
        isWebDirective('nginx', word),
    );
    if (
      next < 0 ||
      !isWebDirective('nginx', name) ||
      /^(?:log_format|valid_referers|server_name|add_header)$/.test(name)
    )
      return [];
    return [
      lintFinding('config-unreadable', [at], [{ at, lines: [`${at.raw.replace(/#[^]*/, '').trimEnd()};`] }], {
        title: `the semicolon is missing behind ${name}`,
        cause: `nginx takes the next line (${at.words[next] ?? ''}) for a part of it, and does not start.`,
      }),
    ].filter(() => (at.lines[next - 1] ?? 0) === at.line);
  });
}

const MAX_INCLUDES = 20;

function withIncludes(
  statements: readonly BlockStatement[],
  read: (path: string) => string | undefined,
  missing: string[],
  depth: number,
): readonly BlockStatement[] {
  return statements.flatMap((statement) => {
    const { words: said, block } = statement;
    if (said[0] !== 'include')
      return [
        block === undefined ? statement : { ...statement, block: withIncludes(block, read, missing, depth) },
      ];
    const path = said[1]?.replace(/["']/g, '') ?? '';
    const text = depth < MAX_INCLUDES && !path.includes('*') ? read(path) : undefined;
    if (text !== undefined)
      return withIncludes(parseBlocks(path, text, WORD).statements, read, missing, depth + 1);
    if (!OF_NO_BOOT.test(path)) missing.push(`${path}, which nginx reads too, was not given`);
    return [];
  });
}
