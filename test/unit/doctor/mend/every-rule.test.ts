import { createReadStream, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyse } from '../../../../src/doctor/analyse/analyse.ts';
import { findingsOfTrace } from '../../../../src/doctor/analyse/findings-of-trace.ts';
import { CaptureObserver } from '../../../../src/doctor/analyse/observe-capture.ts';
import type { Observations } from '../../../../src/doctor/analyse/observation.ts';
import { FINDING_CATALOGUE } from '../../../../src/doctor/finding-catalogue.ts';
import { lintFiles } from '../../../../src/doctor/lint-files.ts';
import { fixTexts } from '../../../../src/doctor/mend/fix-steps.ts';
import { observeLines } from '../../../../src/doctor/read/observe-lines.ts';
import type { Finding } from '../../../../src/model/finding.ts';
import { isFileEdit, type FileEdit, type Fix } from '../../../../src/model/fix.ts';
import { run } from '../../../../src/platform/processes.ts';
import { readCapture } from '../../../../src/protocol/pcap/capture-reader.ts';
import { buildTraces } from '../../../../src/watch/trace-builder.ts';
import { DESTRUCTIVE } from '../../../support/destructive-words.ts';
import { itNeeds } from '../../../support/external-tool.ts';
import { checkFindings } from '../../../support/findings/check-samples.ts';
import {
  BOOT_SCRIPT_SAMPLES,
  HEALTHY_PROXY,
  SPOIL,
  WEB_SAMPLES,
} from '../../../support/findings/config-samples.ts';
import { OBSERVED_SAMPLES } from '../../../support/findings/observed-samples.ts';
import { CLIENT, observationsOf } from '../../../support/findings/seen-phase.ts';
import { TRACE_SAMPLES } from '../../../support/findings/trace-samples.ts';
import { mistakeInLine } from '../../../support/known-commands.ts';

/** Findings of which no input here shows one: why, and which test does. */
const NOT_HERE: Readonly<Record<string, { readonly why: string; readonly shownBy?: string }>> = {
  'client-architecture-unknown': { why: 'no rule makes it: a cause that texts are explained with' },
  'image-parts-mixed': { why: 'no rule makes it: a cause that texts are explained with' },
  'pxe-service-suffix': { why: 'no rule makes it: a cause that texts are explained with' },
  'served-file-changed': { why: 'a running pxectl', shownBy: 'unit/engine/session-files.test.ts' },
  'firewall-blocks': { why: 'a firewall that drops', shownBy: 'integration/doctor/firewall.test.ts' },
  'capture-cut-short': { why: 'a cut file', shownBy: 'cli/doctor.test.ts' },
  'grub-needs-lease': { why: 'a fetched image', shownBy: 'unit/plan/plan-boot.test.ts' },
  'address-in-use': { why: 'another host', shownBy: 'unit/engine/judge-network.test.ts' },
  'range-overlaps-router': { why: 'a router', shownBy: 'unit/engine/judge-network.test.ts' },
  'range-in-use': { why: 'another host', shownBy: 'unit/engine/judge-network.test.ts' },
  'power-controller-silent': { why: 'a controller', shownBy: 'integration/machines/power.test.ts' },
  'power-login-refused': { why: 'a controller', shownBy: 'integration/machines/power.test.ts' },
  'power-controller-fails': { why: 'a controller', shownBy: 'integration/machines/power.test.ts' },
  'power-without-effect': { why: 'a controller', shownBy: 'integration/machines/power.test.ts' },
  'router-refuses-leases': { why: 'a router', shownBy: 'unit/engine/judge-network.test.ts' },
};

interface Sample {
  readonly name: string;
  readonly findings: readonly Finding[];
  /** of a log or a capture: what it tells of the server */
  readonly server?: Observations['server'];
  /** of a configuration: its text */
  readonly texts?: ReadonlyMap<string, string>;
}

const fixtures = new URL('../../../../fixtures/', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'pxectl-rules-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Of the configurations from the field those that show what no other input does; mends.test.ts mends all of them. */
const CONFIGS: readonly string[] = [
  'arguments-in-address.ipxe',
  'badcsa.conf',
  'equals-for-hyphen.conf',
  'full-bios-only.conf',
  'ipv6-command.sh',
  'ltsp.conf',
  'nfs-root-without-address.cfg',
  'no-network-boot.conf',
  'openwrt-architectures',
  'proxy-dhcp-boot-only.conf',
  'sanboot-winpe.ipxe',
  'tag-that-nothing-sets.conf',
  'wrapped-append.cfg',
];

const samples: Sample[] = [];
const observed = (name: string, observations: Observations): void => {
  samples.push({ name, findings: analyse(observations), server: observations.server });
};

async function lintText(name: string, text: string): Promise<void> {
  const path = join(folder, `${samples.length}`, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  const { findings } = await lintFiles([path], { fix: false, root: undefined });
  samples.push({ name, findings, texts: new Map([[path, text]]) });
}

beforeAll(async () => {
  const names = readdirSync(fixtures, { recursive: true, encoding: 'utf8' }).sort();
  for (const name of names.filter((one) => statSync(join(fixtures, one)).isFile())) {
    const path = join(fixtures, name);
    if (name.endsWith('.log')) observed(name, observeLines(readFileSync(path, 'utf8').split('\n')));
    if (/^failures\/.*\.pcap$/.test(name)) {
      const observer = new CaptureObserver();
      for await (const frame of readCapture(createReadStream(path))) observer.push(frame);
      observed(name, observer.finish());
    }
    if (CONFIGS.includes(name.replace('field/configs/', '')) || /^failures\/.*\.conf$/.test(name))
      await lintText(name, readFileSync(path, 'utf8'));
  }
  for (const [from, to] of SPOIL) await lintText('spoilt.conf', HEALTHY_PROXY.replace(from, to));
  for (const [name, text] of [...BOOT_SCRIPT_SAMPLES, ...WEB_SAMPLES]) await lintText(name, text);
  for (const [id, observations] of OBSERVED_SAMPLES) observed(id, observations);
  for (const problem of ['missing-capability', 'interface-without-address']) {
    const evidence = { source: 'log:1', text: problem };
    observed(
      problem,
      observationsOf({}, { vantage: 'server-log', clients: [], problems: [{ problem, evidence }] }),
    );
  }
  for (const [id, events, nowMs] of TRACE_SAMPLES) {
    const traces = buildTraces(events, [{ mac: CLIENT, name: 'node-1', isArmed: true }]);
    samples.push({ name: id, findings: traces.flatMap((trace) => findingsOfTrace(trace, nowMs)) });
  }
  await mkdir(join(folder, 'project'));
  samples.push({ name: 'checks', findings: await checkFindings(join(folder, 'project')) });
}, 120_000);

const everyMend = (): readonly (readonly [Sample, Finding, Fix])[] =>
  samples.flatMap((sample) =>
    sample.findings.flatMap((finding) => finding.mends.map((fix) => [sample, finding, fix] as const)),
  );

describe('every rule of the catalogue', () => {
  it('is shown by an input, here or where the table says', () => {
    const shown = new Set(samples.flatMap(({ findings }) => findings.map(({ id }) => id)));
    const ids = [...FINDING_CATALOGUE.keys()];
    expect(ids.filter((id) => !shown.has(id) && !Object.hasOwn(NOT_HERE, id))).toEqual([]);
    expect(Object.keys(NOT_HERE).filter((id) => shown.has(id) || !ids.includes(id))).toEqual([]);
    const unshown = Object.entries(NOT_HERE).filter(([id, { shownBy }]) => {
      const test = shownBy === undefined ? undefined : new URL(`../../../${shownBy}`, import.meta.url);
      return test !== undefined && !readFileSync(test, 'utf8').includes(`'${id}'`);
    });
    expect(unshown).toEqual([]);
  });

  it('the samples show what they are for', () => {
    const without = [...OBSERVED_SAMPLES, ...TRACE_SAMPLES]
      .map(([id]) => id)
      .filter((id) => !samples.some((one) => one.name === id && one.findings.some((f) => f.id === id)));
    expect(without).toEqual([]);
  });
});

describe('every mend', () => {
  it('takes nothing away', () => {
    const texts = everyMend().flatMap(([{ name }, { id }, fix]) =>
      fixTexts([fix]).map((text) => `${name} ${id}: ${text}`),
    );
    expect(texts.length).toBeGreaterThan(400);
    expect(texts.filter((text) => DESTRUCTIVE.test(text))).toEqual([]);
  });

  it('that is a command can be run: of pxectl, or of a package of Debian', () => {
    const commands = new Map<string, string>();
    for (const [{ name }, { id }, fix] of everyMend())
      if (fix.kind === 'command') commands.set(fix.command, `${name} ${id}`);
    for (const { mends } of FINDING_CATALOGUE.values())
      for (const fix of mends) if (fix.kind === 'command') commands.set(fix.command, 'the catalogue');
    expect(commands.size).toBeGreaterThan(40);
    const mistakes = [...commands].flatMap(([line, from]) => {
      const mistake = mistakeInLine(line);
      return mistake === undefined ? [] : [`${from}: ${line}: ${mistake}`];
    });
    expect(mistakes).toEqual([]);
  });

  it('that is an edit with a line is of a file that was given, and replaces what stands there', () => {
    const edits = everyMend().filter((one): one is readonly [Sample, Finding, FileEdit] =>
      isFileEdit(one[2]),
    );
    expect(edits.length).toBeGreaterThan(30);
    for (const [{ name, texts }, { id, evidence }, edit] of edits) {
      const lines = texts?.get(edit.file)?.split(/\r?\n/) ?? [];
      expect(lines[edit.line - 1]?.trim(), `${name} ${id}`).toBe(edit.replaces);
      expect(
        evidence.some(({ source }) => /:\d+$/.test(source)),
        `${name} ${id}`,
      ).toBe(true);
    }
  });

  it('names the interface, the address and the folder that the input tells', () => {
    const forgotten = everyMend().flatMap(([{ name, server = {} }, { id }, fix]) => {
      const { interfaceName, address, tftpRoot } = server;
      const known = [
        ...(interfaceName === undefined ? [] : ['IF']),
        ...(address === undefined ? [] : ['ADDRESS', 'ADDRESS-OF-THE-SERVER']),
        ...(tftpRoot === undefined ? [] : ['TFTP-ROOT']),
      ];
      const texts = fixTexts([fix]).join('\n');
      return known
        .filter((word) => new RegExp(`(?<![\\w-])${word}(?![\\w-])`).test(texts))
        .map((word) => `${name} ${id}: ${word} in ${texts}`);
    });
    expect(forgotten).toEqual([]);
  });

  it('that adds lines names a file that there is', () => {
    const files = everyMend().flatMap(([{ texts }, { id }, fix]) =>
      fix.kind === 'edit' && !isFileEdit(fix) && texts?.has(fix.file) !== true ? [`${id}: ${fix.file}`] : [],
    );
    const known =
      /: (?:dnsmasq\.conf|dhcpd\.conf|kea-dhcp4\.conf|\/etc\/default\/(?:tftpd-hpa|atftpd|isc-dhcp-server)|pxectl\.yaml|compose\.yaml|user-data|SEED|\/.*\/empty\.yaml)$/;
    expect(files.filter((file) => !known.test(file))).toEqual([]);
  });

  itNeeds('dnsmasq')('that adds lines to dnsmasq.conf adds lines that dnsmasq takes', async () => {
    const added = new Map<string, string>();
    const take = (id: string, fix: Fix): void => {
      if (fix.kind === 'edit' && !isFileEdit(fix) && /\.conf$/.test(fix.file) && !OTHERS.test(fix.file))
        added.set(fix.by.join('\n'), id);
    };
    for (const [, { id }, fix] of everyMend()) take(id, fix);
    for (const [id, { mends }] of FINDING_CATALOGUE) for (const fix of mends) take(id, fix);
    expect(added.size).toBeGreaterThan(15);
    for (const [lines, id] of added) {
      const path = join(folder, 'added.conf');
      await writeFile(path, `${withNames(lines)}\n`);
      const { stderr } = await run('dnsmasq', ['--test', `--conf-file=${path}`], { timeoutMs: 10_000 });
      expect(stderr, `${id}: ${lines}`).toContain('syntax check OK');
    }
  });
});

/** Configurations of other servers, and JSON. */
const OTHERS = /^(?:dhcpd|kea-dhcp4)\.conf$/;

/** What stands in capitals, filled in as a reader would. */
function withNames(lines: string): string {
  return lines
    .replaceAll('NETWORK', '192.168.1.0')
    .replaceAll('NETMASK', '255.255.255.0')
    .replaceAll('ADDRESS', '192.168.1.50')
    .replaceAll('FIRST', '192.168.1.100')
    .replaceAll('LAST', '192.168.1.120');
}
