import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { LabReport } from '../../src/lab/lab-report.ts';
import { runOrThrow } from '../../src/platform/processes.ts';
import { itNeeds } from '../support/external-tool.ts';
import { makeFolder, pxectl } from '../support/pxectl-process.ts';

/** Where debian-installer-12-netboot-arm64 keeps the installer. */
const INSTALLER = '/usr/lib/debian-installer/images/12/arm64/text';

/** The Debian archive that apt uses, for what this machine's own architecture has no packages of. */
async function archiveOfApt(): Promise<string> {
  const format = ['--format', '$(SITE)', 'Created-By: Packages', 'Component: main'];
  const { stdout } = await runOrThrow('apt-get', ['indextargets', ...format]);
  const site = stdout.split('\n').find((line) => line.endsWith('/debian') || line.endsWith('/debian/'));
  if (site === undefined) throw new Error('apt has no Debian archive');
  return site.replace(/\/$/, '');
}

describe('arm64', () => {
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  beforeAll(async () => {
    folder = await makeFolder();
  });
  afterAll(() => folder.remove());

  itNeeds(
    'root',
    'qemu-system-aarch64',
    'dnsmasq',
    'ip',
    'tcpdump',
    'apt-get',
  )('UEFI boots the installer through shim and signed GRUB out of the Debian archive', async () => {
    const mirror = `https://ftp.debian.org/debian=${await archiveOfApt()}`;
    // without a configuration the lab chooses what this firmware needs
    const fetch = ['fetch', INSTALLER, '--no-add', '--platform', 'arm64', '--mirror', mirror];
    const fetched = await pxectl(fetch, { cwd: folder.path, timeoutMs: 120_000 });
    expect(fetched.exitCode, fetched.stderr).toBe(0);

    const run = ['lab', 'run', '--firmware', 'uefi-arm64', '--engine', 'builtin', '--timeout', '400'];
    const booted = await pxectl([...run, '--json'], { cwd: folder.path, timeoutMs: 420_000 });
    expect(booted.exitCode, booted.stdout + booted.stderr).toBe(0);
    const report = JSON.parse(booted.stdout) as LabReport;
    const stage = (name: string) => report.stages.find((record) => record.stage === name);
    expect(report).toMatchObject({ ok: true, image: 'debian-12-arm64', mode: 'pxe-only' });
    expect(stage('offer')?.detail).toContain('shimaa64.efi');
    expect(stage('boot-config')?.detail).toContain('grub/grub.cfg');
    expect(stage('kernel-up')?.detail).toMatch(/arm64|EFI stub/);
    expect(stage('install-seed')?.detail).toMatch(/preseed\.cfg$/);
  });
});
