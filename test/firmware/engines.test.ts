import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { LabReport } from '../../src/lab/lab-report.ts';
import { run, type ProcessResult } from '../../src/platform/processes.ts';
import { itNeeds } from '../support/external-tool.ts';

const program = join(import.meta.dirname, '..', '..', 'bin', 'pxectl.js');
const project = mkdtempSync(join(tmpdir(), 'pxectl-engines-'));
const itBoots = itNeeds('root', 'qemu-system-x86_64', 'dnsmasq', 'ip', 'tcpdump', 'dockerd');

const pxectl = (...args: string[]): Promise<ProcessResult> =>
  run(process.execPath, [program, ...args], { cwd: project, env: { NO_COLOR: '1' }, timeoutMs: 500_000 });

beforeAll(async () => {
  const fetched = await pxectl('fetch', 'debian-12');
  expect(fetched.exitCode, fetched.stderr).toBe(0);
});
afterAll(async () => {
  await pxectl('lab', 'clean');
  rmSync(project, { recursive: true, force: true });
});

// the built-in engine boots in lab-run.test.ts
describe('real firmware boots a real installer to its seed through each engine', () => {
  itBoots.each([
    ['bios', 'dnsmasq'],
    ['uefi', 'dnsmasq'],
    ['bios', 'docker'],
    ['uefi', 'docker'],
  ])('%s through %s', async (firmware, engine) => {
    const result = await pxectl('lab', 'run', '--firmware', firmware, '--engine', engine, '--json');
    expect(result.exitCode, result.stderr).toBe(0);
    const report = JSON.parse(result.stdout) as LabReport;
    expect(report).toMatchObject({ ok: true, firmware, engine });
    const stages = report.stages.map(({ stage }) => stage);
    expect(stages).toEqual(
      expect.arrayContaining(['offer', 'boot-config', 'kernel', 'initrd', 'install-seed']),
    );
  });
});
