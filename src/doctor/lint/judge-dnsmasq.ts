import { basename } from 'node:path';
import type { Finding } from '../../model/finding.ts';
import { command } from '../../model/fix.ts';
import type { PassedOver } from '../../model/verdict.ts';
import { checkTftpRoot } from '../checks/tftp-root-checks.ts';
import { makeFinding } from '../finding-catalogue.ts';
import { proveEdits, type Judge } from '../mend/prove-edits.ts';
import type { ConfLine } from './conf-line.ts';
import { placedReader, readTextBelow } from './config-reader.ts';
import { LEFT_OUT } from './elisions.ts';
import { isEdgeOs, mendsInEdgeOs } from './edge-os.ts';
import { isBlotted } from './blotted-values.ts';
import { isDnsmasqOption, mendsOfRefusal } from './dnsmasq-options.ts';
import { lintDnsmasqConfig } from './lint-dnsmasq.ts';
import { writeFixed, type LintOptions, type LintResult } from './lint-result.ts';
import type { PxeConfig } from './pxe-config.ts';
import { templateOf } from './templates.ts';
import { passedPlaces, textReading } from './text-reading.ts';
import { BAD_OPTION, testByDnsmasq, type RefusedLine } from './test-by-dnsmasq.ts';
import { isUci } from './translated-forms.ts';
import { mendsInUci } from './write-uci.ts';

/** Judges files that are one configuration of dnsmasq, and what `dnsmasq --test` says of them. */
export async function lintDnsmasq(
  given: ReadonlyMap<string, string>,
  kinds: ReadonlySet<string>,
  { fix, root }: LintOptions,
): Promise<LintResult> {
  const reader = placedReader({ given, root });
  const order = inReadingOrder(given);
  const linted = lintDnsmasqConfig(order, reader);
  const { config, isWhole } = linted;
  const judge: Judge = (texts) => lintDnsmasqConfig(order, placedReader({ given: texts, root })).findings;
  const texts = textsOf(config, given, root);
  const found = linted.findings
    .map((finding) => mendsInUci(finding, texts.keys(), (file) => isUci(texts.get(file) ?? '')))
    .map((finding) => mendsInEdgeOs(finding, (file) => isEdgeOs(texts.get(file) ?? '')));
  const findings = proveEdits(texts, found, judge);
  const said = new Set(
    findings
      .filter(({ severity }) => severity === 'error')
      .flatMap(({ evidence }) => evidence.map(({ source }) => source)),
  );
  const ofDnsmasq = (await testByDnsmasq(config.files)).filter(({ at }) => !said.has(sourceOf(at)));
  const isNewer = ({ at, words: own }: RefusedLine): boolean =>
    own === BAD_OPTION && root !== '/' && isDnsmasqOption(at.key);
  const refused = [
    ...ofDnsmasq.filter(isNewer).map(({ at }) => unknownHere(at)),
    ...refusedTogether(ofDnsmasq.filter((one) => !isNewer(one))),
  ];
  const ids = new Set(findings.map((finding) => finding.id));
  // a file that the lint found missing cannot be looked at, and one that it found wrong is said once
  const inRoot = root === undefined ? [] : (await checkTftpRoot(config)).filter((one) => !ids.has(one.id));
  const refusedAt = new Set(refused.flatMap(({ evidence }) => evidence.map(({ source }) => source)));
  // what dnsmasq refuses is more than a word that doctor does not know
  const own = findings.filter(
    ({ id, evidence }) => id !== 'config-option-unknown' || !refusedAt.has(evidence[0]?.source ?? ''),
  );
  // what dnsmasq does not start with comes first
  const all = [...refused, ...own, ...inRoot];
  const unknown = own.filter(({ id, severity }) => id === 'config-option-unknown' && severity === 'info');
  const passedOver: PassedOver[] = unknown.map(({ evidence }) => ({
    what: 'options that doctor does not know',
    count: 1,
    at: evidence[0]?.source.split(':').pop() ?? '',
    example: evidence[0]?.text ?? '',
    matters: true,
  }));
  passedOver.push(
    ...passedPlaces('lines of a template, filled in later', config.files.templateLines),
    ...passedPlaces(LEFT_OUT, config.files.elided),
    ...passedPlaces(
      'lines with an address that is made unreadable',
      config.files.lines.filter(({ value }) => isBlotted(value)),
    ),
  );
  const limits = dnsmasqLimits(
    config.files.hasCommandLine && !isWhole,
    findings.some(({ id }) => id === 'ipv6-boot-not-judged'),
    config.ranges.length > 0,
    isWhole,
    config.files.problems.filter((one) => one.isElsewhere).map((one) => one.problem),
  );
  const template = [...given.values()]
    .map((text) => templateOf(text, false))
    .find((one) => one !== undefined);
  return {
    readings: [
      textReading(all, {
        source: [...given.keys()].join(', '),
        kind: `${[...kinds].join(', ')}${template !== undefined && config.files.templateLines.length > 0 ? `, a template (${template})` : ''}`,
        read: `${config.files.lines.length} settings${root === undefined ? ', as text: of another computer' : ''}`,
        passedOver,
        limits,
      }),
    ],
    findings: all,
    dnsmasq: {
      texts,
      findings: all,
      judge,
      isTaken: async (after) => {
        const { config: edited } = lintDnsmasqConfig(order, placedReader({ given: after, root }));
        return (await testByDnsmasq(edited.files)).length <= ofDnsmasq.length;
      },
    },
    written: fix ? await writeFixed(texts, findings, judge) : [],
  };
}

const sourceOf = ({ file, line }: ConfLine): string => `${basename(file)}:${line}`;

/** What dnsmasq says the same of is one fault with several places. */
function refusedTogether(lines: readonly RefusedLine[]): readonly Finding[] {
  const byWords = new Map<string, RefusedLine[]>();
  for (const one of lines) {
    const key = `${one.words} ${one.at.file}`;
    byWords.set(key, [...(byWords.get(key) ?? []), one]);
  }
  return [...byWords.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const { at, words: own } = first;
    const numbers = same.map((one) => one.at.line).join(', ');
    const what = same.length === 1 ? 'line' : 'lines';
    return [
      makeFinding(
        'config-unreadable',
        same.map((one) => ({ source: sourceOf(one.at), text: one.at.raw })),
        {
          title: `dnsmasq --test of this host refuses ${same.length === 1 ? 'the line' : `${same.length} lines`}: ${own}`,
          cause: `dnsmasq does not start with ${same.length === 1 ? 'this line' : 'these lines'}.`,
          mends: mendsOfRefusal(own, at.file, `${what} ${numbers} of ${basename(at.file)}`),
        },
      ),
    ];
  });
}

/** An option of other versions than this host's: whose computer the configuration is of may have one of them. */
function unknownHere({ file, line, raw, key }: ConfLine): Finding {
  return makeFinding('config-option-unknown', [{ source: `${basename(file)}:${line}`, text: raw }], {
    severity: 'info',
    title: `not every dnsmasq has the option ${key}: the one of this host has not`,
    cause: 'dnsmasq does not start with an option that it does not have.',
    mends: [command('dnsmasq --version', 'where the configuration is from, see that it has it')],
  });
}

/** The files that were given, and those that they include and that could be read. */
function textsOf(
  config: PxeConfig,
  given: ReadonlyMap<string, string>,
  root: string | undefined,
): ReadonlyMap<string, string> {
  const texts = new Map(given);
  for (const { file } of config.files.lines) {
    const text = texts.has(file) ? undefined : readTextBelow(root, file);
    if (text !== undefined) texts.set(file, text);
  }
  return texts;
}

function dnsmasqLimits(
  isCommand: boolean,
  isIpv6: boolean,
  hasRange: boolean,
  isWhole: boolean,
  missing: readonly string[],
): readonly string[] {
  const isPart = !hasRange && isWhole;
  return [
    ...missing,
    ...(isCommand
      ? ['a command line of dnsmasq: its configuration file, which it reads besides, was not given']
      : []),
    ...(isIpv6 ? ['boot over IPv6 is named and not judged'] : []),
    ...(isPart
      ? [
          'there is no dhcp-range in what was given: a part of a configuration, or dnsmasq has it on its command line',
        ]
      : []),
  ];
}

/** Files that include others first: what they include is read in its place. */
function inReadingOrder(given: ReadonlyMap<string, string>): readonly string[] {
  const includes = (text: string): boolean => /^[ \t]*conf-(?:file|dir)[ \t]*=/m.test(text);
  const paths = [...given].map(([path, text]) => ({ path, isFirst: includes(text) }));
  return [...paths.filter((one) => one.isFirst), ...paths.filter((one) => !one.isFirst)].map(
    ({ path }) => path,
  );
}
