import type { Firmware } from '../../../model/firmware.ts';
import type { Finding } from '../../../model/finding.ts';
import { words } from '../../../model/fix.ts';
import { editDistance } from '../../../model/nearest-word.ts';
import { efiSiblingOf, fitsFirmware, isStockIpxe, platformOfName } from '../../analyse/boot-files.ts';
import { sortFindings } from '../../finding-catalogue.ts';
import { lintFinding, type Edit } from '../lint-finding.ts';
import { holdsNetwork, optionNames, readFor, saysFile, type DhcpdAnswer } from './dhcpd-answers.ts';
import { everyStatement, parseDhcpd, type DhcpdStatement } from './dhcpd-syntax.ts';

/** What was made of a dhcpd.conf. */
export interface DhcpdLint {
  readonly findings: readonly Finding[];
  readonly statementCount: number;
  /** what decides about boot files and was not understood */
  readonly unknown: readonly DhcpdStatement[];
  /** what belongs to it and was not given: files that are read in its place, the beginning of its block */
  readonly missing: readonly string[];
}

const CLIENTS: readonly (readonly [code: number, firmware: Firmware, what: string])[] = [
  [0, 'bios', 'BIOS (arch 0)'],
  [7, 'uefi-x64', '64-bit x86 UEFI (arch 7): nearly every PC of the last ten years'],
  [9, 'uefi-x64', 'arch 9, which some 64-bit x86 UEFI firmware sends'],
];

/** Finds what is wrong for network boot in a configuration of ISC dhcpd: who is given which boot file. */
export function lintDhcpd(path: string, text: string, read: (path: string) => string | undefined): DhcpdLint {
  const missing: string[] = [];
  const { statements: own, brokenAt } = parseDhcpd(path, text);
  const statements = withIncludes(own, read, missing, 0);
  const isPart = INSIDE_A_BLOCK.test(text);
  if (isPart) missing.push('a part of a dhcpd.conf: it begins inside a block, whose beginning was not given');
  if (!isPart && statements.some(saysFile) && !statements.some(holdsNetwork))
    missing.push('a part of a dhcpd.conf: there is no subnet in what was given');
  const raw = (text.split(/\r?\n/)[(brokenAt ?? 1) - 1] ?? '').trim();
  const broken = brokenAt === undefined || isPart ? [] : [{ file: path, line: brokenAt, raw }];
  const unreadable = broken.map((at) =>
    lintFinding('config-unreadable', [at], [], {
      title: 'a brace or a semicolon is missing here',
      cause: 'dhcpd does not start with it.',
      mends: [words('correct it; dhcpd -t -cf FILE tells the line')],
    }),
  );
  const all = everyStatement(statements);
  const curly = all.filter(hasCurlyQuotes);
  const asked = CLIENTS.map(([code]) => readFor(statements, { architecture: code, isIpxe: false }));
  missing.push(...unknownPrograms(asked));
  const unknown = [...new Set(asked.flatMap((one) => one.unknown))];
  const isWhole =
    missing.length === 0 && unknown.length === 0 && brokenAt === undefined && curly.length === 0;
  const findings = [
    ...unreadable,
    ...curly.map(curlyQuotes),
    ...misspeltFunctions(all),
    ...uefiClients(statements, asked, isWhole),
    ...arch9LikeBios(asked),
    ...loop(statements),
    ...withoutBoot(statements, isWhole),
  ];
  return { findings: sortFindings(findings), statementCount: all.length, unknown, missing };
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

/** UEFI machines that are given a BIOS program, or nothing where others are given something. */
function uefiClients(
  statements: readonly DhcpdStatement[],
  asked: readonly { readonly answers: readonly DhcpdAnswer[] }[],
  isWhole: boolean,
): Finding[] {
  const named = filesIn(statements);
  const findings: Finding[] = [];
  const told = new Set<string>();
  CLIENTS.forEach(([code, firmware, what], index) => {
    asked[index]?.answers.forEach((answer, network) => {
      // a network beside the one that boots is served nothing, and needs nothing
      if (!asked.some(({ answers }) => answers[network]?.file !== undefined)) return;
      const at = answer.at ?? named[0];
      if (at === undefined || (answer.file === undefined && (!isWhole || code === 0))) return;
      const platform = answer.file === undefined ? undefined : platformOfName(answer.file);
      const fits = platform === undefined ? undefined : fitsFirmware(platform, firmware);
      if (answer.file !== undefined && fits !== false) return;
      const key = `${firmware} ${at.line} ${answer.file ?? ''}`;
      if (told.has(key)) return;
      told.add(key);
      const given =
        answer.file === undefined ? 'is given no boot file' : `is given ${answer.file}, which it cannot run`;
      findings.push(
        lintFinding(
          code === 0 ? 'loader-arch-mismatch' : 'no-boot-service-for-arch',
          [at],
          answer.file === undefined || code === 0 ? [] : chainFor(statements, at, answer.file),
          {
            // a network may have no BIOS machine
            severity: code === 0 ? 'info' : answer.file !== undefined || code === 7 ? 'error' : 'warning',
            title: `${what}: ${given}`,
            cause:
              answer.file === undefined
                ? 'A machine of this kind gets an address and no boot file (PXE-E53, PXE-E21), while others are served.'
                : `${code === 0 ? 'BIOS firmware cannot run an EFI program' : 'UEFI firmware runs EFI programs (.efi) of its own CPU only'}: it drops the file after the download, or cancels.`,
            ...(answer.file === undefined || code === 0
              ? {
                  mends: [
                    words(
                      `give this architecture its own program: if option ${architectureName(statements)} = 00:0${code} { filename "…"; }`,
                    ),
                  ],
                }
              : {}),
          },
        ),
      );
    });
  });
  return findings;
}

/** Files of which the name does not tell for which firmware they are. */
function unknownPrograms(asked: readonly { readonly answers: readonly DhcpdAnswer[] }[]): readonly string[] {
  const names = asked
    .flatMap(({ answers }) => answers.flatMap(({ file }) => file ?? []))
    .filter((file) => !file.includes('://') && platformOfName(file) === undefined);
  return [...new Set(names)].map((file) => `the name ${file} does not tell for which firmware it is`);
}

/** Arch 7 has an answer of its own, and arch 9, which is the same firmware, falls to that of BIOS machines. */
function arch9LikeBios(asked: readonly { readonly answers: readonly DhcpdAnswer[] }[]): Finding[] {
  const [bios, uefi, other] = asked.map(({ answers }) => answers[0]);
  const isSame = other?.file !== undefined && other.file === bios?.file && uefi?.file !== other.file;
  // a name that tells what it is was judged already
  if (!isSame || !other?.at || uefi?.file === undefined || platformOfName(other.file ?? '') !== undefined)
    return [];
  return [
    lintFinding('no-boot-service-for-arch', [other.at], [], {
      severity: 'warning',
      title: `arch 9, which some 64-bit x86 UEFI firmware sends, is given ${other.file ?? ''}, as BIOS machines are`,
      cause: `Firmware that says arch 9 runs the same programs as arch 7, which is given ${uefi.file}.`,
      mends: [words('ask for both: … = 00:07 or option … = 00:09')],
    }),
  ];
}

/** Functions of dhcp-eval(5) that people write in conditions. */
const FUNCTIONS = [
  'substring',
  'suffix',
  'concat',
  'lcase',
  'ucase',
  'binary-to-ascii',
  'encode-int',
  'exists',
];

/** dhcpd takes a word that it does not know for the name of a variable, which has no value: the condition never holds. */
function misspeltFunctions(all: readonly DhcpdStatement[]): Finding[] {
  return all.flatMap((at) =>
    at.words.flatMap((word, index) => {
      if (at.words[index + 1] !== '(' || !/^(?:if|elsif|else|match)$/.test(at.words[0] ?? '')) return [];
      if (FUNCTIONS.includes(word) || !/^[a-z-]{4,}$/.test(word)) return [];
      const meant = FUNCTIONS.find((name) => editDistance(name, word) <= 2);
      if (meant === undefined) return [];
      const edit = { at, lines: [at.raw.replace(word, meant)] };
      return [
        lintFinding('config-unreadable', [at], at.raw.includes(word) ? [edit] : [], {
          title: `${word} is no function of dhcpd (${meant}): this condition never holds`,
          cause: 'dhcpd starts with it, and takes the word for the name of a variable that has no value.',
        }),
      ];
    }),
  );
}

/** A statement that names a file for everyone becomes one that tells UEFI from BIOS. */
function chainFor(statements: readonly DhcpdStatement[], at: DhcpdStatement, file: string): readonly Edit[] {
  const isAlone = /^(?:filename|option\s+bootfile-name)\s+"[^"]*"\s*;$/.test(at.raw);
  const [first] = statements;
  if (!isAlone || first === undefined || platformOfName(file) !== 'bios') return [];
  const name = architectureName(statements);
  const isDefined = optionNames(statements).has(name);
  const program =
    filesIn(statements)
      .flatMap(({ raw }) => /"([^"]+\.efi)"/.exec(raw)?.[1] ?? [])
      .find((name) => fitsFirmware(platformOfName(name) ?? 'bios', 'uefi-x64') === true) ??
    efiSiblingOf(file);
  const lines = [
    `if option ${name} = 00:07 or option ${name} = 00:09 {`,
    `  ${at.raw.replace(/"[^"]*"/, `"${program}"`)}`,
    '} else {',
    `  ${at.raw}`,
    '}',
  ];
  const edits: Edit[] = [{ at, lines: [lines.join(' ').replace(/\s+/g, ' ')] }];
  return isDefined
    ? edits
    : [{ at: first, lines: [`option ${name} code 93 = unsigned integer 16;`, first.raw] }, ...edits];
}

/** What the configuration calls option 93. */
function architectureName(statements: readonly DhcpdStatement[]): string {
  const own = [...optionNames(statements)].find(([, code]) => code === 93);
  // its definition may stand in another file
  const used = everyStatement(statements).flatMap(({ words: said }) =>
    said.filter((word, index) => said[index - 1] === 'option' && /arch/i.test(word)),
  );
  return own?.[0] ?? used[0] ?? 'architecture-type';
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

/** Statements that name a boot file, wherever they stand. */
function filesIn(statements: readonly DhcpdStatement[]): readonly DhcpdStatement[] {
  return everyStatement(statements).filter(
    (statement) => statement.block === undefined && saysFile(statement),
  );
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
