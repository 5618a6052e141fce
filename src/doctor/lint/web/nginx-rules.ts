import type { Finding } from '../../../model/finding.ts';
import { words } from '../../../model/fix.ts';
import type { BlockStatement } from '../block-syntax.ts';
import { lintFinding } from '../lint-finding.ts';
import {
  onlyTls,
  refusesAll,
  refusesHead,
  sentToHttps,
  slashMissing,
  slowRate,
  wantsPassword,
} from './web-findings.ts';

/** A directive with the blocks that it stands in, the inmost last. */
export interface Placed {
  readonly at: BlockStatement;
  readonly within: readonly BlockStatement[];
}

/** What is judged of each directive (nginx.org/en/docs/http/ngx_http_core_module.html and its siblings). */
export const NGINX_RULES: Readonly<Record<string, (placed: Placed) => readonly Finding[]>> = {
  alias: aliasWithoutSlash,
  root: rootWithinLocation,
  return: redirect,
  rewrite: redirect,
  deny: denyAll,
  auth_basic: ({ at }) => (unquoted(at.words[1]) === 'off' ? [] : [wantsPassword(at)]),
  limit_rate: ({ at }) => slowRate(at, bytesOf(unquoted(at.words[1]))),
  limit_except: ({ at }) =>
    denies(at) && !at.words.some((word) => /^(?:GET|HEAD)$/.test(word))
      ? [refusesAll(at, 'GET', 'limit_except GET { deny all; }')]
      : [],
  if: methods,
  try_files: ({ at }) => (isPage(at.words.at(-1)) ? [pageForFile(at)] : []),
  error_page: ({ at }) =>
    at.words.includes('404') && /^=(?:2\d\d)?$/.test(at.words.at(-2) ?? '') ? [pageForFile(at)] : [],
};

/** Servers of which none speaks plain http. */
export function nginxTls(servers: readonly BlockStatement[]): readonly Finding[] {
  const [first] = servers.flatMap(listensOf);
  return first !== undefined && servers.every(isTls) ? [onlyTls(first)] : [];
}

/** The path of `location /boot/`; undefined for one that a regular expression or a whole name chooses. */
function pathOf(location: BlockStatement | undefined): string | undefined {
  if (location?.words[0] !== 'location') return undefined;
  const [, first = '', second] = location.words;
  const path = first === '^~' ? second : second === undefined ? first : undefined;
  return path === undefined || !unquoted(path).startsWith('/') ? undefined : unquoted(path);
}

function aliasWithoutSlash({ at, within }: Placed): readonly Finding[] {
  const path = pathOf(within.at(-1));
  const folder = unquoted(at.words[1]);
  if (path?.endsWith('/') !== true || folder === '' || folder.endsWith('/') || folder.includes('$'))
    return [];
  return [slashMissing(at, path, folder, { at, lines: [at.raw.replace(at.words[1] ?? '', `${folder}/`)] })];
}

/** `root` is put before the whole path, the location's own included. */
function rootWithinLocation({ at, within }: Placed): readonly Finding[] {
  const path = pathOf(within.at(-1));
  const folder = unquoted(at.words[1]).replace(/\/$/, '');
  const name = path?.replace(/\/$/, '') ?? '';
  if (name === '' || !folder.endsWith(name)) return [];
  return [
    lintFinding(
      'http-file-missing',
      [at],
      [{ at, lines: [`alias ${folder}${path?.endsWith('/') === true ? '/' : ''};`] }],
      {
        severity: 'warning',
        title: `${name}/FILE is looked for as ${folder}${name}/FILE`,
        cause: `root stands before the whole path, ${name} included. Where the files lie in ${folder} itself, that is alias.`,
      },
    ),
  ];
}

/** Firmware and many builds of iPXE have no TLS, and EDK2 follows no redirect to it. */
function redirect({ at, within }: Placed): readonly Finding[] {
  const server = within.find(({ words: said }) => said[0] === 'server');
  const target = at.words
    .slice(1)
    .map(unquoted)
    .find((word) => /^https:\/\//i.test(word));
  if (target === undefined || (server !== undefined && isTls(server))) return [];
  const path = within.map(pathOf).find((one) => one !== undefined);
  return [sentToHttps(at, path === undefined || path === '/')];
}

function denyAll({ at, within }: Placed): readonly Finding[] {
  const block = within.at(-1);
  if (at.words[1] !== 'all' || block?.words[0] === 'limit_except') return [];
  // who is let in stands before it: the first rule that fits counts
  const allowed = (block?.block ?? []).filter(
    ({ words: said, line }) => said[0] === 'allow' && line <= at.line,
  );
  const isForOthers = allowed.some(
    ({ words: said }) => !/^(?:127\.|::1$|unix:|localhost)/.test(said[1] ?? ''),
  );
  const path = pathOf(block);
  // a location of hidden files and the like is no boot's
  if (isForOthers || (block?.words[0] === 'location' && path === undefined)) return [];
  return [refusesAll(at, path ?? 'everything', 'allow 192.168.1.0/24; before deny all;')];
}

function denies({ block = [] }: BlockStatement): boolean {
  return block.some(({ words: said }) => said[0] === 'deny' && said[1] === 'all');
}

/** `if ($request_method != GET) { return 405; }` */
function methods({ at }: Placed): readonly Finding[] {
  const condition = at.words.join(' ');
  const isRefusal = (at.block ?? []).some(
    ({ words: said }) => said[0] === 'return' && /^4\d\d$/.test(said[1] ?? ''),
  );
  return /\$request_method\s*!(?:=|~)/.test(condition) &&
    /GET/.test(condition) &&
    !/HEAD/.test(condition) &&
    isRefusal
    ? [refusesHead(at)]
    : [];
}

function isPage(last: string | undefined): boolean {
  return last !== undefined && /^\/.*\.(?:html?|php)(?:\?.*)?$/.test(unquoted(last));
}

function pageForFile(at: BlockStatement): Finding {
  return lintFinding('http-file-missing', [at], [], {
    severity: 'warning',
    title: 'a file that is not there is answered with a page (200)',
    cause: 'A loader takes the page for its file: a kernel that is no kernel, a script that begins with <.',
    mends: [words('serve boot files from a location of their own, with: try_files $uri =404;')],
  });
}

function listensOf(server: BlockStatement): readonly BlockStatement[] {
  return (server.block ?? []).filter(({ words: said }) => said[0] === 'listen');
}

function isTls(server: BlockStatement): boolean {
  const listens = listensOf(server);
  const isOn = (server.block ?? []).some(({ words: said }) => said[0] === 'ssl' && said[1] === 'on');
  return (
    isOn ||
    (listens.length > 0 && listens.every(({ words: said }) => said.includes('ssl') || said.includes('quic')))
  );
}

function bytesOf(size: string): number {
  const [, digits, unit = ''] = /^(\d+)([kKmMgG]?)$/.exec(size) ?? [];
  return Number(digits ?? 0) * ({ k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[unit.toLowerCase()] ?? 1);
}

function unquoted(word = ''): string {
  return word.replace(/^(["'])(.*)\1$/, '$2');
}
