import type { Finding } from '../../../model/finding.ts';
import { words } from '../../../model/fix.ts';
import { isStockIpxe, platformOfName } from '../../analyse/boot-files.ts';
import { whatNoFirmwareRuns } from '../../analyse/no-programs.ts';
import { sortFindings } from '../../finding-catalogue.ts';
import { lintFinding } from '../lint-finding.ts';
import { isTemplateLine } from '../templates.ts';
import { conditionsThatNeverHold } from './condition-rules.ts';
import { holdsNetwork, readFor, saysFile, type DhcpdAnswer } from './dhcpd-answers.ts';
import { everyStatement } from '../block-syntax.ts';
import { elidedLines, LEFT_OUT, withoutElisions } from '../elisions.ts';
import { idleDeclarations } from './declaration-rules.ts';
import { parseDhcpd, type DhcpdStatement } from './dhcpd-syntax.ts';
import { isDhcpdStatement } from './dhcpd-words.ts';
import { arch9LikeBios, CLIENTS, noPrograms, unfitPrograms } from './firmware-rules.ts';
import { missingNextServer } from './next-server-rules.ts';
import { refusedStatements } from './refused-rules.ts';

/** What was made of a dhcpd.conf. */
export interface DhcpdLint {
  readonly findings: readonly Finding[];
  readonly statementCount: number;
  /** what decides about boot files and was not understood */
  readonly unknown: readonly DhcpdStatement[];
  /** statements that begin with no word of dhcpd */
  readonly foreign: readonly DhcpdStatement[];
  /** lines that are filled in later, 1 for the first */
  readonly templateLines: readonly number[];
  /** what belongs to it and was not given: files that are read in its place, the beginning of its block */
  readonly missing: readonly string[];
  /** everything that dhcpd reads was given */
  readonly isGiven: boolean;
}

/** Finds what is wrong for network boot in a configuration of ISC dhcpd: who is given which boot file. */
export function lintDhcpd(
  path: string,
  whole: string,
  read: (path: string) => string | undefined,
): DhcpdLint {
  const missing: string[] = [];
  const elided = elidedLines(whole);
  const text = withoutElisions(whole);
  const { statements: own, brokenAt } = parseDhcpd(path, text);
  const statements = withIncludes(own, read, missing, 0);
  const isInside = INSIDE_A_BLOCK.test(text);
  const isPart = isInside || elided.length > 0;
  if (isInside)
    missing.push('a part of a dhcpd.conf: it begins inside a block, whose beginning was not given');
  if (!isPart && statements.some(saysFile) && !statements.some(holdsNetwork))
    missing.push('a part of a dhcpd.conf: there is no subnet in what was given');
  if (elided.length > 0) missing.push(`${LEFT_OUT}: line ${elided.join(', ')}`);
  const raw = (text.split(/\r?\n/)[(brokenAt ?? 1) - 1] ?? '').trim();
  const broken = brokenAt === undefined || isPart ? [] : [{ file: path, line: brokenAt, raw }];
  const unreadable = broken.map((at) =>
    lintFinding('config-unreadable', [at], [], {
      title: 'a brace or a semicolon is missing here',
      cause: 'dhcpd does not start with it.',
      mends: [words('correct it; dhcpd -t -cf FILE tells the line')],
    }),
  );
  const templateLines = text
    .split(/\r?\n/)
    .flatMap((line, index) => (isTemplateLine(line.replace(/(\S\s*)#.*/s, '$1'), false) ? [index + 1] : []));
  const isGiven = missing.length === 0;
  const all = everyStatement(statements);
  const foreign = all.filter(
    ({ file, line, words: [first = ''] }) =>
      !isDhcpdStatement(first) && !(file === path && templateLines.includes(line)),
  );
  const curly = all.filter(hasCurlyQuotes);
  const asked = CLIENTS.map(([code]) => readFor(statements, { architecture: code, isIpxe: false }));
  missing.push(...unknownPrograms(asked));
  const unknown = [...new Set(asked.flatMap((one) => one.unknown))].filter((one) => !hasCurlyQuotes(one));
  const isWhole =
    missing.length === 0 && unknown.length === 0 && brokenAt === undefined && curly.length === 0;
  const isPlain = unknown.length === 0 && brokenAt === undefined && templateLines.length === 0;
  const findings = [
    ...unreadable,
    ...curly.map(curlyQuotes),
    ...conditionsThatNeverHold(all),
    ...(isGiven ? refusedStatements(statements) : []),
    ...(isGiven && isPlain ? [...missingNextServer(path, asked), ...withoutAddresses(all)] : []),
    ...(isGiven && isPlain ? idleDeclarations(statements) : []),
    ...unfitPrograms(statements, asked, isWhole),
    ...arch9LikeBios(asked),
    ...loop(statements),
    ...noPrograms(statements, asked),
    ...withoutBoot(statements, isWhole),
  ];
  return {
    findings: sortFindings(findings),
    statementCount: all.length,
    ...{ unknown, foreign, templateLines, missing, isGiven },
  };
}

/** What people copy out of the middle of a file. */
const INSIDE_A_BLOCK = /^(?:\s|#.*\n)*(?:\}|els(?:e|if)\b)/;

const CURLY_QUOTES = /[\u201c\u201d\u201e\u201f]/g;

/** Quotes of a word processor outside a string: dhcpd refuses them. */
function hasCurlyQuotes({ words: said }: DhcpdStatement): boolean {
  return said.some((word) => !word.startsWith('"') && word.search(CURLY_QUOTES) >= 0);
}

function curlyQuotes(at: DhcpdStatement): Finding {
  const edit = { at, lines: [at.raw.replaceAll(CURLY_QUOTES, '"')] };
  return lintFinding('config-unreadable', [at], at.block === undefined ? [edit] : [], {
    title: 'typographic quotes stand where straight ones must',
    cause: 'A word processor or a web page made them: dhcpd does not start with this line.',
    mends: [words('write "…" in their place; dhcpd -t -cf FILE tells more such lines')],
  });
}

/** Files of which the name does not tell for which firmware they are. */
function unknownPrograms(asked: readonly { readonly answers: readonly DhcpdAnswer[] }[]): readonly string[] {
  const names = asked
    .flatMap(({ answers }) => answers.flatMap(({ file }) => file ?? []))
    .filter((file) => !file.includes('://') && platformOfName(file) === undefined)
    .filter((file) => whatNoFirmwareRuns(file) === undefined);
  return [...new Set(names)].map((file) => `the name ${file} does not tell for which firmware it is`);
}

/** iPXE that is given iPXE. */
function loop(statements: readonly DhcpdStatement[]): Finding[] {
  for (const [code] of CLIENTS) {
    const [first] = readFor(statements, { architecture: code, isIpxe: false }).answers;
    const { answers, unknown } = readFor(statements, { architecture: code, isIpxe: true });
    const file = first?.file;
    if (
      file === undefined ||
      !isStockIpxe(file) ||
      !first?.at ||
      unknown.length > 0 ||
      answers[0]?.file !== file
    )
      continue;
    return [
      lintFinding('ipxe-loop', [first.at], [], {
        severity: 'info',
        title: `nothing tells iPXE from the firmware: without a script inside, ${file} loads itself again and again`,
        mends: [
          words(
            'give iPXE a script: if exists user-class and option user-class = "iPXE" { filename "http://ADDRESS:8080/boot.ipxe"; }',
          ),
        ],
      }),
    ];
  }
  return [];
}

/** Nobody is leased an address: there is neither a range nor a host with an address of its own. */
function withoutAddresses(all: readonly DhcpdStatement[]): Finding[] {
  const networks = all.filter(({ words: [first] }) => first === 'subnet');
  const [first] = networks;
  if (!first || !all.some(saysFile)) return [];
  if (all.some(({ words: [word = ''] }) => /^(?:range|fixed-address)$/.test(word))) return [];
  return [
    lintFinding('no-dhcp-server', networks.slice(0, 3), [], {
      title: 'no subnet has a range, and no host an address: dhcpd leases nothing',
      cause: 'A machine that boots asks for an address first, and goes on only when it has one.',
      mends: [words('write a range into the subnet: range FIRST LAST;')],
    }),
  ];
}

function withoutBoot(statements: readonly DhcpdStatement[], isWhole: boolean): Finding[] {
  if (!isWhole || statements.some(saysFile)) return [];
  return [
    lintFinding('no-pxe-in-log', [], [], {
      title: 'there is no network boot in this configuration',
      cause: 'It names no boot file: no filename and no option bootfile-name.',
      mends: [],
    }),
  ];
}

const MAX_INCLUDES = 20;

/** The statements with those of included files in their places. */
function withIncludes(
  statements: readonly DhcpdStatement[],
  read: (path: string) => string | undefined,
  missing: string[],
  depth: number,
): readonly DhcpdStatement[] {
  return statements.flatMap((statement) => {
    const { words: said, block } = statement;
    if (said[0] === 'include') {
      const path = said[1]?.replaceAll('"', '') ?? '';
      const text = depth < MAX_INCLUDES ? read(path) : undefined;
      if (text === undefined) {
        missing.push(`${path} was not given`);
        return [];
      }
      return withIncludes(parseDhcpd(path, text).statements, read, missing, depth + 1);
    }
    return block === undefined
      ? [statement]
      : [{ ...statement, block: withIncludes(block, read, missing, depth) }];
  });
}
