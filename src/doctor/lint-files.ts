import { stat } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import type { Finding } from '../model/finding.ts';
import { verdictOn } from '../model/verdict.ts';
import { readTextIfThere } from '../platform/files.ts';
import { sortFindings } from './finding-catalogue.ts';
import { hasCommandLine } from './lint/command-line.ts';
import { kindOfConfig, otherKindOf, type ConfigKind } from './lint/config-kinds.ts';
import { lintCompose } from './lint/lint-compose.ts';
import { lintKeaFile } from './lint/kea/judge-kea.ts';
import { lintNetworkdFile } from './lint/networkd/judge-networkd.ts';
import { lintDnsmasq } from './lint/judge-dnsmasq.ts';
import { lintDhcpdFile } from './lint/judge-dhcpd.ts';
import { lintScript } from './lint/judge-scripts.ts';
import type { LintOptions, LintResult } from './lint/lint-result.ts';
import { lintWebFile } from './lint/web/judge-web.ts';
import { followIncludes } from './lint/script-includes.ts';
import type { BootScriptKind } from './lint/script-lines.ts';
import { MAX_CONFIG_BYTES, readGiven } from './lint/read-configs.ts';

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
  return lintTexts(given, options);
}

/** The same of texts that were read already, by the names of their files. */
export async function lintTexts(given: Map<string, string>, options: LintOptions): Promise<LintResult> {
  const root = options.root ?? ([...given.keys()].every(isOfThisComputer) ? '/' : undefined);
  const kinds = new Map(
    [...given].map(([path, text]) => [path, kindOfConfig(path, text.trimStart())] as const),
  );
  const scriptKindOf = (path: string): BootScriptKind | undefined => {
    const format = kinds.get(path)?.format;
    return format === 'pxelinux' || format === 'grub' || format === 'ipxe' ? format : undefined;
  };
  followIncludes(given, scriptKindOf, options.root, (path, text, format) => {
    given.set(path, text);
    kinds.set(path, { format, name: `a configuration of ${format}` });
  });
  const ofDnsmasq = [...given].filter(([path]) => kinds.get(path)?.format === 'dnsmasq');
  const results: LintResult[] = [];
  if (ofDnsmasq.length > 0)
    results.push(
      await lintDnsmasq(new Map(ofDnsmasq), new Set(ofDnsmasq.map(([path]) => kinds.get(path)?.name ?? '')), {
        ...options,
        root,
      }),
    );
  for (const path of given.keys()) {
    const kind = kinds.get(path);
    const text = given.get(path) ?? '';
    // a compose file with options of dnsmasq in it says where that dnsmasq runs, too
    if (kind?.format === 'dnsmasq' && otherKindOf(text)?.format === 'compose')
      results.push(...networksOf(path, text));
    if (kind === undefined || kind.format === 'dnsmasq' || isIncluded(path, given)) continue;
    if (kind.format === 'other') results.push(unreadable(path, kind));
    else if (kind.format === 'kea') results.push(await lintKeaFile(path, text, { ...options, root }));
    else if (kind.format === 'networkd')
      results.push(await lintNetworkdFile(path, text, { ...options, root }));
    else if (kind.format === 'compose')
      results.push(readInPart(path, kind, 'the networks of its services', lintCompose(path, text)));
    else if (kind.format === 'nginx' || kind.format === 'apache')
      results.push(await lintWebFile(path, given, kind.format, { ...options, root }));
    else if (kind.format === 'dhcpd') results.push(await lintDhcpdFile(path, given, { ...options, root }));
    else results.push(await lintScript(path, given, kind.format, { ...options, root }));
  }
  const dnsmasq = results.find((result) => result.dnsmasq !== undefined)?.dnsmasq;
  return {
    readings: results.flatMap((result) => result.readings),
    findings: sortFindings(results.flatMap((result) => result.findings)),
    written: results.flatMap((result) => result.written),
    ...(dnsmasq === undefined ? {} : { dnsmasq }),
  };
}

/** A part of a dhcpd.conf that was given too is judged in its place there. */
function isIncluded(path: string, given: ReadonlyMap<string, string>): boolean {
  return [...given].some(
    ([other, text]) =>
      other !== path &&
      [...text.matchAll(/^[ \t]*include[ \t]+"([^"\n]+)"[ \t]*;/gm)].some(
        ([, name = '']) => basename(name) === basename(path),
      ),
  );
}

/** dnsmasq's own place on the computer that doctor runs on. */
function isOfThisComputer(path: string): boolean {
  return /^\/etc\/dnsmasq(?:\.conf|\.d\/[^/]+)$/.test(resolve(path));
}

/** Of some configurations only what goes wrong most is looked at: no all-clear comes of that. */
function readInPart(path: string, kind: ConfigKind, part: string, findings: readonly Finding[]): LintResult {
  const { readings } = unreadable(path, kind);
  const limits = [`of ${kind.name} doctor judges ${part}, and nothing else`];
  return {
    readings: readings.map((reading) => ({
      ...reading,
      read: `looked at: ${part}`,
      limits,
      verdict: verdictOn(findings, { passedOver: [], limits }),
    })),
    findings,
    written: [],
  };
}

/** The services of a compose file whose dnsmasq was judged already; nothing where they are right. */
function networksOf(path: string, text: string): readonly LintResult[] {
  const findings = lintCompose(path, text);
  if (findings.length === 0) return [];
  const parts = { passedOver: [], limits: [] };
  const reading = { source: path, kind: 'a compose file', read: 'looked at: the networks of its services' };
  return [
    {
      readings: [{ ...reading, verdict: verdictOn(findings, parts), ...parts, advice: [] }],
      findings,
      written: [],
    },
  ];
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
