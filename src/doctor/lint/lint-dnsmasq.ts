import type { Finding } from '../../model/finding.ts';
import { isFileEdit, words } from '../../model/fix.ts';
import { sortFindings } from '../finding-catalogue.ts';
import type { ConfLine } from './conf-line.ts';
import { readConfig, type ConfFiles, type ConfReader } from './conf-lines.ts';
import { isBlotted } from './blotted-values.ts';
import { isDnsmasqOption, refusalOf } from './dnsmasq-options.ts';
import { lintFinding, type LintInput } from './lint-finding.ts';
import { readPxeConfig, type PxeConfig } from './pxe-config.ts';
import { lostOptions } from './rules/command-line-rules.ts';
import { lintBootFiles } from './rules/file-rules.ts';
import { efiForBios } from './rules/bios-rules.ts';
import { lintLeases } from './rules/lease-rules.ts';
import { loopbackInAnswers } from './rules/loopback-rules.ts';
import { lintNextServer } from './rules/next-server-rules.ts';
import { noPrograms } from './rules/no-program-rules.ts';
import { lintServer } from './rules/server-rules.ts';
import { lintServices } from './rules/service-rules.ts';
import { lintTags } from './rules/tag-rules.ts';
import { lintTemplateLines } from './rules/template-rules.ts';
import { lintUci } from './rules/uci-rules.ts';
import { misspeltVendorClasses } from './rules/vendor-class-rules.ts';

/** What was made of dnsmasq configurations that belong together. */
export interface DnsmasqLint {
  readonly config: PxeConfig;
  readonly findings: readonly Finding[];
  /** no template, nothing is left out of it, and nothing that it includes is missing: what is not in it is not there at all */
  readonly isWhole: boolean;
}

/** Finds what is wrong for network boot in dnsmasq configurations, by line, with corrected lines. */
export function lintDnsmasqConfig(paths: readonly string[], reader: ConfReader): DnsmasqLint {
  const files = readConfig(paths, reader);
  const { refused, meant } = refusedLines(files);
  // a misspelt line is judged as what it was meant to be: its absence is no second fault
  const config = readPxeConfig({ ...files, lines: meant });
  const has = (...keys: readonly string[]): boolean => files.lines.some(({ key }) => keys.includes(key));
  const isWhole =
    files.templateLines.length === 0 &&
    files.elided.length === 0 &&
    !files.problems.some(({ isElsewhere }) => isElsewhere) &&
    (!files.hasCommandLine || (has('dhcp-range') && has('pxe-service', 'dhcp-boot')));
  // a line that nobody can read may be the one that is missed
  const isReadable = refused.every((finding) => finding.mends.some(isFileEdit));
  // without a range dnsmasq answers nobody: these lines belong to others, which nobody gave
  const isPart = !has('dhcp-range') && (has('pxe-service', 'dhcp-boot') || config.bootFileOptions.length > 0);
  const ofUci = lintUci(config, reader);
  const isParsed = !ofUci.some(({ id }) => id === 'config-unreadable');
  const input: LintInput = { config, reader, isWhole: isWhole && isReadable && isParsed && !isPart };
  const unreadable = files.problems
    .filter(({ isElsewhere }) => !isElsewhere)
    .map((problem) =>
      lintFinding('config-unreadable', [problem], [], {
        title: problem.problem,
        cause: 'dnsmasq does not start with it.',
      }),
    );
  const findings = [
    ...unreadable,
    ...refused,
    ...lintServices(input),
    ...lintNextServer(input),
    ...lintLeases(input),
    ...efiForBios(input),
    ...lintBootFiles(input),
    ...noPrograms(input),
    ...loopbackInAnswers(input),
    ...lintServer(input),
    ...lintTags(input),
    ...lintTemplateLines(input),
    ...lostOptions(input),
    ...misspeltVendorClasses(input),
    ...ofUci,
    ...unknownOptions(files),
  ];
  return { config, findings: sortFindings(findings), isWhole };
}

/** A file with more of them is no configuration. */
const MAX_REFUSED = 50;
const MAX_UNKNOWN = 50;
const SHOWN_UNKNOWN = 20;

/** Lines with which dnsmasq does not start, and all lines as they were meant. */
function refusedLines(files: ConfFiles): { refused: Finding[]; meant: readonly ConfLine[] } {
  const refused: Finding[] = [];
  const comments = files.lines.filter(isCommentElsewhere).slice(0, MAX_REFUSED);
  if (comments.length > 0) refused.push(foreignComments(comments));
  let unknown = 0;
  const meant = files.lines.flatMap((line): ConfLine | readonly ConfLine[] => {
    if (isCommentElsewhere(line)) return [];
    const isUnknown = !isDnsmasqOption(line.key);
    if (isUnknown) unknown++;
    if (isBlotted(line.value)) return line;
    const isLookedAt = refused.length < MAX_REFUSED && (!isUnknown || unknown <= MAX_UNKNOWN);
    const refusal = isLookedAt ? refusalOf(line) : undefined;
    if (!refusal) return line;
    const edits = refusal.meant === undefined ? [] : [{ at: line, lines: [refusal.meant] }];
    const id = isDnsmasqOption(line.key) ? 'config-unreadable' : 'config-option-unknown';
    refused.push(
      lintFinding(id, [line], edits, {
        severity: 'error',
        title: refusal.why,
        cause: 'dnsmasq does not start with this line.',
        ...(refusal.meant === undefined
          ? { mends: [words('correct the line; dnsmasq --test tells whether it is right')] }
          : {}),
      }),
    );
    if (refusal.meant === undefined) return line;
    const [key = '', ...value] = refusal.meant.split('=');
    return { ...line, key: key.trim(), value: value.length > 0 ? value.join('=').trim() : '' };
  });
  return { refused, meant };
}

/** How other programs begin a comment. */
const COMMENT_ELSEWHERE = /^(?:!|\/\/|;|\/\*|--(?:\s|$)|%|rem\s)/i;

function isCommentElsewhere({ raw, key }: ConfLine): boolean {
  return COMMENT_ELSEWHERE.test(raw) && !isDnsmasqOption(key);
}

function foreignComments(lines: readonly ConfLine[]): Finding {
  return lintFinding(
    'config-unreadable',
    lines,
    lines.map((at) => ({ at, lines: [`# ${at.raw}`] })),
    {
      title: `${lines.length === 1 ? 'a comment that begins' : `${lines.length} comments that begin`} without #: dnsmasq takes ${lines.length === 1 ? 'it for an option' : 'them for options'}`,
      cause: 'In a dnsmasq.conf only # begins a comment. dnsmasq does not start: "bad option".',
    },
  );
}

/** Words that are neither an option nor near one: a newer dnsmasq may know them. */
function unknownOptions(files: ConfFiles): Finding[] {
  return files.lines
    .filter((line) => !isDnsmasqOption(line.key) && !isCommentElsewhere(line))
    .slice(0, MAX_UNKNOWN)
    .filter((line) => refusalOf(line) === undefined)
    .slice(0, SHOWN_UNKNOWN)
    .map((line) =>
      lintFinding('config-option-unknown', [line], [], {
        title: `doctor does not know the option ${line.key}`,
      }),
    );
}
