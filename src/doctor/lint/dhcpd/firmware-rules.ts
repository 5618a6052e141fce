import type { Firmware } from '../../../model/firmware.ts';
import type { Finding } from '../../../model/finding.ts';
import { words } from '../../../model/fix.ts';
import {
  efiSiblingOf,
  fitsFirmware,
  isBiosNameForUefi,
  isEfiName,
  NO_UEFI_HERE,
  platformOfName,
} from '../../analyse/boot-files.ts';
import { whatNoFirmwareRuns } from '../../analyse/no-programs.ts';
import { lintFinding, type Edit } from '../lint-finding.ts';
import { noProgram } from '../rules/no-program-rules.ts';
import { fileOf, optionNames, saysFile, type DhcpdAnswer } from './dhcpd-answers.ts';
import { everyStatement } from '../block-syntax.ts';
import type { DhcpdStatement } from './dhcpd-syntax.ts';

/** Machines that are asked for: PCs, which are nearly everywhere. */
export const CLIENTS: readonly (readonly [code: number, firmware: Firmware, what: string])[] = [
  [0, 'bios', 'BIOS (arch 0)'],
  [7, 'uefi-x64', '64-bit x86 UEFI (arch 7): nearly every PC of the last ten years'],
  [9, 'uefi-x64', 'arch 9, which some 64-bit x86 UEFI firmware sends'],
];

/** Each kind of PC: what it is given, in each network. */
export function unfitPrograms(
  statements: readonly DhcpdStatement[],
  asked: readonly { readonly answers: readonly DhcpdAnswer[] }[],
  isWhole: boolean,
): Finding[] {
  const named = filesIn(statements);
  const forArm = onlyForArm(statements, named);
  if (forArm) return [forArm];
  const isMeant = tellsUefi(asked) || named.some((one) => isEfiName(fileOf(one) ?? ''));
  const findings: Finding[] = [];
  const told = new Set<string>();
  CLIENTS.forEach((client, index) => {
    const [code, firmware] = client;
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
      // somebody may have given an EFI program the name that clients ask for
      const isUnsure = answer.file !== undefined && isBiosNameForUefi(answer.file);
      const edits =
        answer.file === undefined || isUnsure || code === 0 ? [] : chainFor(statements, at, answer.file);
      findings.push(
        lintFinding(code === 0 ? 'loader-arch-mismatch' : 'no-boot-service-for-arch', [at], edits, {
          ...unfitWords(client, answer.file, isMeant),
          ...(isUnsure && code !== 0 ? { severity: 'warning' } : {}),
          ...(edits.length > 0 ? {} : { mends: [words(ownProgram(statements, code))] }),
        }),
      );
    });
  });
  return findings;
}

/** What is said of a kind of machine that is given nothing, or what it cannot run; `isMeant`: UEFI machines are to boot here. */
export function unfitWords(
  [code, , what]: (typeof CLIENTS)[number],
  file: string | undefined,
  isMeant: boolean,
): Pick<Finding, 'severity' | 'title' | 'cause'> {
  // a network may have no BIOS machine
  const severity = code === 0 ? 'info' : isMeant && (file !== undefined || code === 7) ? 'error' : 'warning';
  if (file === undefined)
    return {
      severity,
      title: `${what}: is given no boot file`,
      cause:
        'A machine of this kind gets an address and no boot file (PXE-E53, PXE-E21), while others are served.',
    };
  const why =
    code === 0
      ? 'BIOS firmware cannot run an EFI program'
      : 'UEFI firmware runs EFI programs (.efi) of its own CPU only';
  const remark = isMeant || code === 0 ? '' : ` ${NO_UEFI_HERE}`;
  return {
    severity,
    title: `${what}: is given ${file}, which it cannot run`,
    cause: `${why}: it drops the file after the download, or cancels.${remark}`,
  };
}

/** UEFI machines are given something else than BIOS machines, or nothing: who wrote it thought of them. */
function tellsUefi([bios, ...uefi]: readonly { readonly answers: readonly DhcpdAnswer[] }[]): boolean {
  return uefi.some(({ answers }) => answers.some(({ at }, network) => at !== bios?.answers[network]?.at));
}

/** Scripts, menus and images that firmware is given as the program to run. */
export function noPrograms(
  statements: readonly DhcpdStatement[],
  asked: readonly { readonly answers: readonly DhcpdAnswer[] }[],
): Finding[] {
  const isIpxeTold = everyStatement(statements).some(({ words: said }) =>
    said.some((word) => /iPXE|gPXE/.test(word)),
  );
  const told = new Set<DhcpdStatement>();
  return asked
    .flatMap(({ answers }) => answers)
    .flatMap(({ file, at }) => {
      if (file === undefined || at === undefined || told.has(at) || whatNoFirmwareRuns(file) === undefined)
        return [];
      told.add(at);
      return [noProgram(at, file, isIpxeTold)];
    });
}

function ownProgram(statements: readonly DhcpdStatement[], code: number): string {
  const name = architectureName(statements);
  const isDefined = optionNames(statements).has(name);
  const definition = isDefined
    ? ''
    : `option ${name} code 93 = unsigned integer 16; at the top of the file, and `;
  return `give this architecture its own program: ${definition}if option ${name} = 00:0${code} { filename "…"; }`;
}

/** A network of boards and servers with 64-bit ARM is served what it runs: that no PC may boot there is no fault. */
function onlyForArm(
  statements: readonly DhcpdStatement[],
  named: readonly DhcpdStatement[],
): Finding | undefined {
  const [first] = named;
  if (!first || !named.every((one) => platformOfName(fileOf(one) ?? '') === 'arm64')) return undefined;
  return lintFinding('loader-arch-mismatch', [first], [], {
    severity: 'info',
    title: `64-bit ARM machines alone are served: a PC is given ${fileOf(first) ?? ''} too, and cannot run it`,
    cause: 'Each boot file of this configuration is a program for 64-bit ARM.',
    mends: [
      words(`where no PC boots from this server, nothing is to be done; else ${ownProgram(statements, 7)}`),
    ],
  });
}

/** Arch 7 has an answer of its own, and arch 9, which is the same firmware, falls to that of BIOS machines. */
export function arch9LikeBios(asked: readonly { readonly answers: readonly DhcpdAnswer[] }[]): Finding[] {
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

/** A statement that names a file for everyone becomes one that tells UEFI from BIOS. */
function chainFor(statements: readonly DhcpdStatement[], at: DhcpdStatement, file: string): readonly Edit[] {
  const isAlone = /^(?:filename|option\s+bootfile-name)(?:\s+|\s*=\s*)"[^"]*"\s*;$/.test(at.raw);
  const [first] = statements;
  if (!isAlone || first === undefined || platformOfName(file) !== 'bios') return [];
  const name = architectureName(statements);
  const isDefined = optionNames(statements).has(name);
  const program =
    filesIn(statements)
      .flatMap((one) => fileOf(one) ?? [])
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

/** Statements that name a boot file, wherever they stand. */
function filesIn(statements: readonly DhcpdStatement[]): readonly DhcpdStatement[] {
  return everyStatement(statements).filter(
    (statement) => statement.block === undefined && saysFile(statement),
  );
}
