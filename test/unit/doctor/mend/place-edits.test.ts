import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { analyse } from '../../../../src/doctor/analyse/analyse.ts';
import { lintFiles } from '../../../../src/doctor/lint-files.ts';
import { placeEdits, type JudgedConfig } from '../../../../src/doctor/mend/place-edits.ts';
import { edited } from '../../../../src/doctor/mend/prove-edits.ts';
import { observeLines } from '../../../../src/doctor/read/observe-lines.ts';
import type { Finding } from '../../../../src/model/finding.ts';
import { isFileEdit } from '../../../../src/model/fix.ts';
import { run } from '../../../../src/platform/processes.ts';
import { itNeeds } from '../../../support/external-tool.ts';
import { HEALTHY_PROXY } from '../../../support/findings/config-samples.ts';
import { OBSERVED_SAMPLES } from '../../../support/findings/observed-samples.ts';

const failures = new URL('../../../../fixtures/failures/', import.meta.url);
const CASES = readdirSync(failures, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);
const folder = mkdtempSync(join(tmpdir(), 'pxectl-place-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function judged(text: string): Promise<JudgedConfig> {
  const path = join(folder, 'dnsmasq.conf');
  writeFileSync(path, text);
  const { dnsmasq } = await lintFiles([path], { fix: false, root: undefined });
  if (dnsmasq === undefined) throw new Error('no configuration of dnsmasq');
  return dnsmasq;
}

const faults = (findings: readonly Finding[]): readonly string[] =>
  findings.filter(({ severity }) => severity !== 'info').map(({ id, severity }) => `${severity} ${id}`);

/** Each edit of each finding holds: no new fault, fewer where the configuration shows it, and dnsmasq takes it. */
async function expectToHold(seen: readonly Finding[], config: JudgedConfig): Promise<number> {
  const { seen: placed } = await placeEdits(seen, config);
  expect(placed.map(({ id }) => id)).toEqual(seen.map(({ id }) => id));
  let count = 0;
  for (const finding of placed) {
    const edits = finding.mends.filter(isFileEdit);
    if (edits.length === 0) continue;
    count++;
    const after = edited(config.texts, edits);
    const before = [...faults(config.findings)];
    const now = faults(config.judge(after));
    for (const fault of now) expect(before.splice(before.indexOf(fault), 1), finding.id).toEqual([fault]);
    if (config.findings.some(({ id, mends }) => id === finding.id && mends.some(isFileEdit)))
      expect(now.length).toBeLessThan(faults(config.findings).length);
    const path = join(folder, 'after.conf');
    writeFileSync(path, [...after.values()].join('\n'));
    const { stderr } = await run('dnsmasq', ['--test', `--conf-file=${path}`], { timeoutMs: 10_000 });
    expect(stderr, `${finding.id}: ${edits.flatMap(({ by }) => by).join('\n')}`).toContain('syntax check OK');
  }
  return count;
}

describe('what a log asks for, in the configuration beside it', () => {
  itNeeds('dnsmasq').each(CASES)('%s', async (name) => {
    const read = (file: string): string => readFileSync(new URL(`${name}/${file}`, failures), 'utf8');
    await expectToHold(
      analyse(observeLines(read('dnsmasq.log').split('\n'))),
      await judged(read('dnsmasq.conf')),
    );
  });

  itNeeds('dnsmasq')('of every rule that looks at a boot', async () => {
    const config = await judged(HEALTHY_PROXY);
    let count = 0;
    for (const [, observations] of OBSERVED_SAMPLES)
      count += await expectToHold(analyse(observations), config);
    expect(count).toBeGreaterThan(2);
  });

  it('is said once where the configuration shows it too, with the lines of both', async () => {
    const read = (file: string): string => readFileSync(new URL(`users-own-conf/${file}`, failures), 'utf8');
    const config = await judged(read('dnsmasq.conf'));
    const { seen, linted } = await placeEdits(analyse(observeLines(read('dnsmasq.log').split('\n'))), config);
    const [first] = seen;
    expect(linted.map(({ id }) => id)).not.toContain(first?.id);
    expect(first?.mends.some(isFileEdit)).toBe(true);
    expect(first?.evidence.map(({ source }) => source.split(':')[0])).toEqual(
      expect.arrayContaining(['log', 'dnsmasq.conf']),
    );
  });
});
