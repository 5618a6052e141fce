import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyse } from '../../../../src/doctor/analyse/analyse.ts';
import { CaptureObserver } from '../../../../src/doctor/analyse/observe-capture.ts';
import { observeLines } from '../../../../src/doctor/read/observe-lines.ts';
import { fixTexts } from '../../../../src/doctor/mend/fix-steps.ts';
import type { Finding } from '../../../../src/model/finding.ts';
import { readCapture } from '../../../../src/protocol/pcap/capture-reader.ts';
import { DESTRUCTIVE } from '../../../support/destructive-words.ts';

const fixtures = new URL('../../../../fixtures/', import.meta.url);
const failures = new URL('failures/', fixtures);
const captures = new URL('captures/', fixtures);

/** @param frames how many of its frames are read; default: all */
async function ofCapture(file: URL, frames = Number.POSITIVE_INFINITY): Promise<readonly Finding[]> {
  const observer = new CaptureObserver();
  let read = 0;
  for await (const frame of readCapture(createReadStream(file))) {
    if (read++ < frames) observer.push(frame);
  }
  return analyse(observer.finish());
}

function ofLog(file: URL): readonly Finding[] {
  return analyse(observeLines(readFileSync(file, 'utf8').split('\n')));
}

/** What a fixture's README says doctor has to find first; `nothing` for a healthy boot. */
function expectationOf(folder: URL): string {
  const readme = readFileSync(new URL('README.md', folder), 'utf8');
  const expected = /^- Expected of doctor, first: `?([a-z0-9-]+)`?/m.exec(readme)?.[1];
  if (expected === undefined) throw new Error(`no expectation in ${folder.pathname}README.md`);
  return expected;
}

/** dnsmasq's log shows neither HTTP nor other servers: doctor must not make up a cause from it. */
const NOT_IN_DNSMASQ_LOG = /^(?:http-file-missing|http-blocked|second-stage-from-router|second-pxe-server)$/;
/** What the log alone does show of them: the request to port 4011 that never came. */
const SEEN_INSTEAD = /^port-4011-silent$/;

const folders = existsSync(failures)
  ? readdirSync(failures, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name)
  : [];

describe.each(folders)('failure %s', (name) => {
  const folder = new URL(`${name}/`, failures);
  const expected = expectationOf(folder);

  const check = (findings: readonly Finding[]): void => {
    if (expected === 'nothing')
      expect(findings.filter((f) => f.severity !== 'info').map((f) => f.title)).toEqual([]);
    else expect(findings.map((f) => f.id)[0]).toBe(expected);
    for (const finding of findings) {
      expect(finding.evidence.length, finding.id).toBeGreaterThan(0);
      expect(fixTexts(finding.mends).filter((line) => DESTRUCTIVE.test(line))).toEqual([]);
    }
  };

  it(`the capture gives ${expected} first`, async () => {
    check(await ofCapture(new URL('capture.pcap', folder)));
  });

  if (!NOT_IN_DNSMASQ_LOG.test(expected)) {
    it(`the log gives ${expected} first`, () => check(ofLog(new URL('dnsmasq.log', folder))));
    return;
  }
  it('the log, which cannot show it, gives no error', () => {
    const findings = ofLog(new URL('dnsmasq.log', folder));
    expect(
      findings
        .filter((f) => f.severity === 'error' && f.id !== expected && !SEEN_INSTEAD.test(f.id))
        .map((f) => f.title),
    ).toEqual([]);
  });
});

const healthy = [
  ...(existsSync(captures)
    ? readdirSync(captures)
        .filter((name) => name.endsWith('.pcap'))
        .map((name) => new URL(name, captures))
    : []),
  ...readdirSync(new URL('dhcp/', fixtures))
    .filter((name) => name.endsWith('.pcap'))
    .map((name) => new URL(`dhcp/${name}`, fixtures)),
];

describe.each(healthy.map((file) => [file.pathname.split('/').slice(-2).join('/'), file] as const))(
  'healthy boot %s',
  (_name, file) => {
    it('gives no finding', async () => {
      const findings = await ofCapture(file);
      expect(findings.filter((f) => f.severity !== 'info').map((f) => `${f.id}: ${f.cause}`)).toEqual([]);
    });
  },
);

describe.each(
  healthy
    .filter((file) => file.pathname.includes('/dhcp/'))
    .map((file) => [file.pathname.split('/').pop(), file] as const),
)('healthy boot %s, of which the recording ends too soon', (_name, file) => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])('gives no finding after %i packets', async (frames) => {
    const findings = await ofCapture(file, frames);
    expect(findings.filter((f) => f.severity !== 'info').map((f) => `${f.id}: ${f.cause}`)).toEqual([]);
  });
});

const healthyLogs = existsSync(captures) ? readdirSync(captures).filter((name) => name.endsWith('.log')) : [];

describe.each(healthyLogs)('log of a healthy boot %s', (name) => {
  it('gives no finding', () => {
    const findings = ofLog(new URL(name, captures));
    expect(findings.filter((f) => f.severity !== 'info').map((f) => `${f.id}: ${f.cause}`)).toEqual([]);
  });
});
