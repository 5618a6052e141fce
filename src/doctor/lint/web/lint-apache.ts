import type { Finding } from '../../../model/finding.ts';
import { words } from '../../../model/fix.ts';
import type { BlockStatement } from '../block-syntax.ts';
import { everyStatement } from '../block-syntax.ts';
import { lintFinding } from '../lint-finding.ts';
import { onlyTls, refusesAll, sentToHttps, slashMissing, slowRate, wantsPassword } from './web-findings.ts';
import type { WebLint } from './web-lint.ts';
import { isWebDirective } from './web-words.ts';

interface Placed {
  readonly at: BlockStatement;
  readonly within: readonly BlockStatement[];
}

type MutableBlock = BlockStatement & { readonly block: BlockStatement[] };

const RULES: Readonly<
  Record<string, (placed: Placed, all: readonly BlockStatement[]) => readonly Finding[]>
> = {
  alias: aliasRules,
  documentroot: ({ at }, all) => withoutGrant(at, bare(at.words[1]), all),
  redirect: redirect,
  redirectpermanent: redirect,
  redirectmatch: redirect,
  rewriterule: redirect,
  require: required,
  authtype: ({ at }) => [wantsPassword(at)],
  setenv: ({ at }) => (at.words[1] === 'rate-limit' ? slowRate(at, Number(at.words[2]) * 1024) : []),
};

/** Finds what is wrong for network boot in a configuration of Apache (httpd.apache.org/docs/2.4/mod/). */
export function lintApache(path: string, text: string): WebLint {
  const { statements, brokenAt } = parseApache(path, text);
  const placed = placedStatements(statements, []);
  const all = placed.map(({ at }) => at);
  const includes = all.filter(({ words: said }) => /^include(?:optional)?$/i.test(said[0] ?? ''));
  const hosts = everyStatement(statements).filter(
    ({ words: said }) => said[0]?.toLowerCase() === '<virtualhost',
  );
  const [firstHost] = hosts;
  const isTlsOnly =
    hosts.length > 0 &&
    hosts.every(
      ({ words: said, block = [] }) =>
        /:443$/.test(said[1] ?? '') || block.some((one) => /^sslengine on$/i.test(one.words.join(' '))),
    );
  return {
    findings: [
      ...(brokenAt === undefined ? [] : [brokenSection(brokenAt)]),
      ...placed.flatMap((one) => RULES[one.at.words[0]?.toLowerCase() ?? '']?.(one, all) ?? []),
      ...(isTlsOnly && firstHost ? [onlyTls(firstHost)] : []),
    ],
    statementCount: all.length,
    unknown: all.filter(({ words: said }) => !isWebDirective('apache', said[0] ?? '')),
    missing: includes
      .map(({ words: said }) => bare(said[1]))
      .filter((name) => !/mods-enabled|ssl|letsencrypt/.test(name))
      .map((name) => `${name}, which Apache reads too, was not given`),
  };
}

/** Directives are lines, sections `<Name …>` to `</Name>`. */
function parseApache(
  file: string,
  text: string,
): { readonly statements: readonly BlockStatement[]; readonly brokenAt: BlockStatement | undefined } {
  const statements: BlockStatement[] = [];
  const open: MutableBlock[] = [];
  let brokenAt: BlockStatement | undefined;
  let from = 0;
  let whole = '';
  text.split(/\r?\n/).forEach((line, index) => {
    if (whole === '') from = index + 1;
    whole += line;
    if (whole.endsWith('\\')) {
      whole = `${whole.slice(0, -1)} `;
      return;
    }
    const raw = whole.trim();
    whole = '';
    if (raw === '' || raw.startsWith('#')) return;
    const said = (raw
      .replace(/^<(\/?\w+)(?!\w)([^>]*)>$/, '<$1 $2')
      .match(/"(?:[^"\\]|\\.){0,1000}"|'[^']*'|\S+/g) ?? []) as readonly string[];
    const at = { words: said, lines: said.map(() => from), file, line: from, raw };
    const name = said[0]?.toLowerCase() ?? '';
    if (name.startsWith('</')) {
      const section = open.pop();
      if (section?.words[0]?.toLowerCase() !== name.replace('/', '')) brokenAt ??= section ?? at;
      return;
    }
    const into = open.at(-1)?.block ?? statements;
    if (!name.startsWith('<')) into.push(at);
    else {
      const section: MutableBlock = { ...at, block: [] };
      into.push(section);
      open.push(section);
    }
  });
  return { statements, brokenAt: brokenAt ?? open.at(-1) };
}

function placedStatements(
  statements: readonly BlockStatement[],
  within: readonly BlockStatement[],
): readonly Placed[] {
  return statements.flatMap((at) => [{ at, within }, ...placedStatements(at.block ?? [], [...within, at])]);
}

function brokenSection(at: BlockStatement): Finding {
  return lintFinding('config-unreadable', [at], [], {
    title: `${at.raw} and its end do not fit together`,
    cause: 'Apache does not start with it.',
    mends: [words('close each section with its own </…>; apachectl -t tells the line')],
  });
}

function aliasRules({ at }: Placed, all: readonly BlockStatement[]): readonly Finding[] {
  const [path, folder] = [bare(at.words[1]), bare(at.words[2])];
  if (path.endsWith('/') && path !== '/' && folder !== '' && !folder.endsWith('/'))
    return [slashMissing(at, path, folder, { at, lines: [at.raw.replace(at.words[2] ?? '', `${folder}/`)] })];
  return withoutGrant(at, folder, all);
}

/** Folders that Debian's and Fedora's own configurations open. */
const OPEN_ALREADY = /^\/(?:var\/www|usr\/share)(?:\/|$)/;

/** Apache 2.4 refuses every folder that no section opens. */
function withoutGrant(
  at: BlockStatement,
  folder: string,
  all: readonly BlockStatement[],
): readonly Finding[] {
  const path = folder.replace(/\/$/, '');
  if (!path.startsWith('/') || OPEN_ALREADY.test(path) || /[$%]/.test(path)) return [];
  const sections = all.filter(({ words: said }) =>
    /^<(?:directory|location|files)(?:match)?$/i.test(said[0] ?? ''),
  );
  const fits = ({ words: said }: BlockStatement): boolean => {
    const own = bare(said.at(-1)).replace(/\/$/, '');
    return (
      !/^<directory$/i.test(said[0] ?? '') ||
      own === '' ||
      path === own ||
      path.startsWith(`${own}/`) ||
      /[*?~^]/.test(said.slice(1).join(' '))
    );
  };
  if (sections.some((section) => fits(section) && everyStatement(section.block ?? []).some(opens))) return [];
  const old = sections
    .filter(fits)
    .flatMap(({ block = [] }) => everyStatement(block))
    .find(({ words: said }) => /^allow$/i.test(said[0] ?? ''));
  return [
    lintFinding('http-refused', [old ?? at], [], {
      severity: 'warning',
      title: `nothing opens ${path}: Apache 2.4 refuses its files (403)`,
      cause: old
        ? '"Order" and "Allow from" are of Apache 2.2: they do not lift the "Require all denied" that stands for / in the configuration of Debian and Fedora.'
        : 'The configuration of Debian and Fedora refuses every folder ("Require all denied" for /), and a section for this one is not in what was given.',
      mends: [
        words(`write: <Directory ${path}> Require all granted </Directory>, each on a line of its own`),
      ],
    }),
  ];
}

function opens({ words: said }: BlockStatement): boolean {
  return /^require$/i.test(said[0] ?? '') && !/^all denied$/i.test(said.slice(1).join(' '));
}

function redirect({ at, within }: Placed): readonly Finding[] {
  const target = at.words
    .slice(1)
    .map(bare)
    .find((word) => /^https:\/\//i.test(word));
  const host = within.find(({ words: said }) => /^<virtualhost$/i.test(said[0] ?? ''));
  if (target === undefined || /:443$/.test(host?.words[1] ?? '')) return [];
  const isAll = /^rewriterule$/i.test(at.words[0] ?? '')
    ? /^\^?(?:\(?\.[*+]|\/|$)/.test(bare(at.words[1]))
    : at.words.map(bare).includes('/');
  return [sentToHttps(at, isAll)];
}

function required({ at, within }: Placed): readonly Finding[] {
  const rule = at.words.slice(1).join(' ').toLowerCase();
  const section = within.at(-1);
  if (/^valid-user$|^(?:user|group) /.test(rule)) return [];
  const name = bare(section?.words.at(-1)) || 'everything';
  // the whole file system is refused by everybody's configuration, and files of Apache's own
  const isUsual =
    /^\/?$/.test(name) || /^<files/i.test(section?.words[0] ?? '') || /\.ht|\.git|\^/.test(name);
  const isRefusal = rule === 'all denied' || rule === 'local';
  return isRefusal && !isUsual
    ? [refusesAll(at, name, 'Require all granted, or Require ip 192.168.1.0/24')]
    : [];
}

function bare(word = ''): string {
  return word.replace(/^(["'])(.*)\1$/, '$2');
}
