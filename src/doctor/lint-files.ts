import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { PxectlError, systemCodeOf } from '../model/errors.ts';
import type { Finding } from '../model/finding.ts';
import { rangesOf, verdictOn, type PassedOver, type Reading } from '../model/verdict.ts';
import { diskError, readTextIfThere, writeFileAtomic } from '../platform/files.ts';
import { makeFinding, sortFindings } from './finding-catalogue.ts';
import { checkTftpRoot } from './checks/tftp-root-checks.ts';
import { placedReader, readTextQuietly } from './lint/config-reader.ts';
import { hasCommandLine } from './lint/conf-lines.ts';
import { kindOfConfig, otherKindOf, type ConfigKind } from './lint/config-kinds.ts';
import { fragmentLimits, lintBootScript, type BootScriptKind } from './lint/lint-boot-script.ts';
import { lintDnsmasqConfig } from './lint/lint-dnsmasq.ts';
import { edited, editsTogether, proveEdits, type Judge } from './mend/prove-edits.ts';
import type { PxeConfig } from './lint/pxe-config.ts';
import { isTemplateLine, templateOf } from './lint/templates.ts';
import { testByDnsmasq } from './lint/test-by-dnsmasq.ts';

const MAX_CONFIG_BYTES = 4 * 1024 * 1024;
const MAX_FILES_IN_FOLDER = 100;

export interface LintOptions {
  /** write corrected copies beside the files */
  readonly fix: boolean;
  /** where the configuration's own computer lies: `/` for this one; undefined: somebody else's, judged as text */
  readonly root: string | undefined;
}

export interface LintResult {
  readonly readings: readonly Reading[];
  readonly findings: readonly Finding[];
  /** corrected copies that --fix wrote */
  readonly written: readonly string[];
}

/** Whether these are configurations of other programs, not pxectl's own. */
export async function areForeign(paths: readonly string[]): Promise<boolean> {
  const [only] = paths;
  if (only === undefined) return false;
  if (paths.length > 1 || !['.yaml', '.yml'].includes(extname(only))) return true;
  // a compose file may start a dnsmasq with options, and other YAML is no pxectl.yaml that is to be mended
  const isFile = await stat(only).then(
    (what) => what.isFile() && what.size <= MAX_CONFIG_BYTES,
    () => false,
  );
  if (!isFile) return false;
  const text = (await readTextIfThere(only)) ?? '';
  return hasCommandLine(text) || otherKindOf(text) !== undefined;
}

/**
 * Lints configurations of dnsmasq and of loaders; dnsmasq's files are one configuration. Unless `root` says where they
 * lie, the files that they name are of another computer, and only the text is judged. With `fix`, corrected copies are
 * written beside the files (`dnsmasq.conf.fixed`): the originals stay as they are.
 * @throws PxectlError E_INPUT
 */
export async function lintFiles(paths: readonly string[], options: LintOptions): Promise<LintResult> {
  const given = new Map<string, string>();
  for (const path of paths) for (const [file, text] of await readGiven(path)) given.set(file, text);
  const root = options.root ?? ([...given.keys()].every(isOfThisComputer) ? '/' : undefined);
  const kinds = new Map([...given].map(([path, text]) => [path, kindOfConfig(path, text)] as const));
  const ofDnsmasq = [...given].filter(([path]) => kinds.get(path)?.format === 'dnsmasq');
  const results: LintResult[] = [];
  if (ofDnsmasq.length > 0)
    results.push(
      await lintDnsmasq(new Map(ofDnsmasq), new Set(ofDnsmasq.map(([path]) => kinds.get(path)?.name ?? '')), {
        ...options,
        root,
      }),
    );
  for (const [path, text] of given) {
    const kind = kinds.get(path);
    if (kind === undefined || kind.format === 'dnsmasq') continue;
    results.push(
      kind.format === 'other'
        ? unreadable(path, kind)
        : await lintScript(path, text, kind.format, { ...options, root }),
    );
  }
  return {
    readings: results.flatMap((result) => result.readings),
    findings: sortFindings(results.flatMap((result) => result.findings)),
    written: results.flatMap((result) => result.written),
  };
}

/** dnsmasq's own place on the computer that doctor runs on. */
function isOfThisComputer(path: string): boolean {
  return /^\/etc\/dnsmasq(?:\.conf|\.d\/[^/]+)$/.test(resolve(path));
}

async function lintDnsmasq(
  given: ReadonlyMap<string, string>,
  kinds: ReadonlySet<string>,
  { fix, root }: LintOptions,
): Promise<LintResult> {
  const reader = placedReader({ given, root });
  const order = inReadingOrder(given);
  const linted = lintDnsmasqConfig(order, reader);
  const { config, isWhole } = linted;
  const judge: Judge = (texts) => lintDnsmasqConfig(order, placedReader({ given: texts, root })).findings;
  const texts = textsOf(config, given);
  const findings = proveEdits(texts, linted.findings, judge);
  const said = new Set(
    findings
      .filter(({ severity }) => severity === 'error')
      .flatMap(({ evidence }) => evidence[0]?.source ?? []),
  );
  const refused = (await testByDnsmasq(config.files)).flatMap(({ at, words }) => {
    const source = `${basename(at.file)}:${at.line}`;
    if (said.has(source)) return [];
    return [
      makeFinding('config-unreadable', [{ source, text: at.raw }], {
        title: `dnsmasq --test of this host refuses the line: ${words}`,
        cause: 'dnsmasq does not start with this line.',
      }),
    ];
  });
  const ids = new Set(findings.map((finding) => finding.id));
  // a file that the lint found missing cannot be looked at, and one that it found wrong is said once
  const inRoot = root === undefined ? [] : (await checkTftpRoot(config)).filter((one) => !ids.has(one.id));
  const refusedAt = new Set(refused.map(({ evidence }) => evidence[0]?.source));
  // what dnsmasq refuses is more than a word that doctor does not know
  const own = findings.filter(
    ({ id, evidence }) => id !== 'config-option-unknown' || !refusedAt.has(evidence[0]?.source),
  );
  const all = [...own, ...refused, ...inRoot];
  const unknown = own.filter(({ id, severity }) => id === 'config-option-unknown' && severity === 'info');
  const passedOver: PassedOver[] = unknown.map(({ evidence }) => ({
    what: 'options that doctor does not know',
    count: 1,
    at: evidence[0]?.source.split(':').pop() ?? '',
    example: evidence[0]?.text ?? '',
    matters: true,
  }));
  passedOver.push(
    ...(config.files.templateLines.length === 0
      ? []
      : [
          {
            what: 'lines of a template, filled in later',
            count: config.files.templateLines.length,
            at: rangesOf(config.files.templateLines.map(({ line }) => line)),
            example: config.files.templateLines[0]?.raw ?? '',
            matters: true,
          },
        ]),
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
  const parts = { passedOver, limits };
  return {
    readings: [
      {
        source: [...given.keys()].join(', '),
        kind: `${[...kinds].join(', ')}${template !== undefined && config.files.templateLines.length > 0 ? `, a template (${template})` : ''}`,
        read: `${config.files.lines.length} settings${root === undefined ? ', as text: of another computer' : ''}`,
        verdict: verdictOn(all, parts),
        ...parts,
        advice: limits.length > 0 || passedOver.length > 0 ? ADVICE : [],
      },
    ],
    findings: all,
    written: fix ? await writeFixed(texts, findings, judge) : [],
  };
}

/** The files that were given, and those that they include and that could be read. */
function textsOf(config: PxeConfig, given: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const texts = new Map(given);
  for (const { file } of config.files.lines) {
    const text = texts.has(file) ? undefined : readTextQuietly(file);
    if (text !== undefined) texts.set(file, text);
  }
  return texts;
}

const ADVICE = [
  'all files of the configuration, filled in: pxectl doctor --config FILE --config FOLDER',
  'where its files lie: --root FOLDER, or --here for this computer',
];

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
  const includes = (text: string): boolean => /^\s*conf-(?:file|dir)\s*=/m.test(text);
  const paths = [...given].map(([path, text]) => ({ path, isFirst: includes(text) }));
  return [...paths.filter((one) => one.isFirst), ...paths.filter((one) => !one.isFirst)].map(
    ({ path }) => path,
  );
}

/** Writes the files with all edits that go together beside the originals. */
async function writeFixed(
  texts: ReadonlyMap<string, string>,
  findings: readonly Finding[],
  judge: Judge,
): Promise<readonly string[]> {
  const after = edited(texts, editsTogether(texts, findings, judge));
  const written: string[] = [];
  for (const [file, text] of after) {
    if (text === texts.get(file)) continue;
    await writeFileAtomic(`${file}.fixed`, text);
    written.push(`${file}.fixed`);
  }
  return written;
}

async function lintScript(
  path: string,
  text: string,
  kind: BootScriptKind,
  { fix, root }: LintOptions,
): Promise<LintResult> {
  const reader = placedReader({ given: new Map([[path, text]]), root });
  const exists = (name: string): boolean | undefined =>
    root === undefined ? undefined : reader.exists(name.startsWith('/') ? name : join(root, name));
  const judge: Judge = (texts) => lintBootScript({ path, text: texts.get(path) ?? '', kind, exists });
  const texts = new Map([[path, text]]);
  const findings = proveEdits(texts, judge(texts), judge);
  const marked = text
    .split(/\r?\n/)
    .flatMap((line, index) => (isTemplateLine(line, true) ? [index + 1] : []));
  const passedOver: PassedOver[] =
    marked.length === 0
      ? []
      : [
          {
            what: 'lines of a template, filled in later',
            count: marked.length,
            at: rangesOf(marked),
            example: text.split(/\r?\n/)[(marked[0] ?? 1) - 1]?.trim() ?? '',
            matters: true,
          },
        ];
  const limits = fragmentLimits({ text, kind });
  return {
    readings: [
      {
        source: path,
        kind: `configuration of ${kind}${limits.length > 0 ? ', a part of one' : ''}`,
        read: `${text.split('\n').length} lines${root === undefined ? ', as text: its files are of another computer' : ''}`,
        verdict: verdictOn(findings, { passedOver, limits }),
        passedOver,
        limits,
        advice: limits.length > 0 || passedOver.length > 0 ? ADVICE : [],
      },
    ],
    findings,
    written: fix ? await writeFixed(texts, findings, judge) : [],
  };
}

function unreadable(path: string, kind: ConfigKind): LintResult {
  return {
    readings: [
      {
        source: path,
        kind: kind.name,
        read: 'looked at',
        verdict: 'not-understood',
        passedOver: [],
        limits: [`doctor does not read ${kind.name}`],
        advice: [kind.advice ?? 'a log or a capture of a boot: pxectl doctor --log FILE, --pcap FILE'],
      },
    ],
    findings: [],
    written: [],
  };
}

/** A file with its text, or the files of a folder as dnsmasq's conf-dir would take them. */
async function readGiven(path: string): Promise<readonly (readonly [string, string])[]> {
  try {
    const what = await stat(path);
    if (what.isDirectory()) return await readFolder(path);
    // a pipe or a device would never end
    if (!what.isFile()) throw inputError(`${path} is no file: it cannot be read to its end`);
    return [[path, await readText(path)]];
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') throw inputError(`there is no file ${path}`);
    throw error instanceof PxectlError ? error : diskError(error, path);
  }
}

async function readFolder(path: string): Promise<readonly (readonly [string, string])[]> {
  const names = (await readdir(path, { withFileTypes: true }))
    .filter((entry) => entry.isFile() && !/^\.|~$|\.(?:bak|fixed|dpkg-\w+)$/.test(entry.name))
    .map((entry) => entry.name)
    .sort()
    .slice(0, MAX_FILES_IN_FOLDER);
  if (names.length === 0) throw inputError(`there is no configuration in the folder ${path}`);
  return Promise.all(
    names.map(async (name) => [join(path, name), await readText(join(path, name))] as const),
  );
}

async function readText(path: string): Promise<string> {
  const { size } = await stat(path);
  const text = size > MAX_CONFIG_BYTES ? '\0' : (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  if (text.includes('\0')) throw inputError(`${path} is no configuration: it is binary or too large`);
  if (text.trim() === '') throw inputError(`${path} is empty`);
  return text;
}

function inputError(what: string): PxectlError {
  return new PxectlError('failure', 'E_INPUT', { what, next: 'pxectl doctor --config /etc/dnsmasq.conf' });
}
