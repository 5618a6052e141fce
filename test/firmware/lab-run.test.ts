import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { LabRecord } from '../../src/lab/lab-record.ts';
import type { LabReport } from '../../src/lab/lab-report.ts';
import { namespaceExists } from '../../src/lab/namespaces.ts';
import { isSameProcessAlive } from '../../src/platform/process-identity.ts';
import { itNeeds } from '../support/external-tool.ts';

const repository = join(import.meta.dirname, '..', '..');
const project = mkdtempSync(join(tmpdir(), 'pxectl-firmware-'));
const labRoot = join(project, '.pxectl', 'lab');
const itBoots = itNeeds('root', 'qemu-system-x86_64', 'dnsmasq', 'ip', 'tcpdump');

interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function startPxectl(args: readonly string[]): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [join(repository, 'bin', 'pxectl.js'), ...args], {
    cwd: project,
    env: { ...process.env, NO_COLOR: '1' },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => {
    stderr += data.toString();
    // the trace of every boot is part of the test's output
    process.stdout.write(data);
  });
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr })),
  );
  return { child, ended };
}

const pxectl = (...args: string[]): Promise<Ended> => startPxectl(args).ended;

async function waitFor(condition: () => boolean, timeoutMs = 60_000): Promise<void> {
  for (const deadline = Date.now() + timeoutMs; !condition();) {
    if (Date.now() > deadline) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The state file of the one lab that runs. */
function liveRecord(): LabRecord | undefined {
  const folders = existsSync(labRoot) ? readdirSync(labRoot) : [];
  const file = folders.map((folder) => join(labRoot, folder, 'lab.json')).find((path) => existsSync(path));
  return file === undefined ? undefined : (JSON.parse(readFileSync(file, 'utf8')) as LabRecord);
}

async function expectNothingLeft(record: LabRecord): Promise<void> {
  for (const name of record.namespaces) expect(await namespaceExists(name), name).toBe(false);
  for (const process of record.processes) {
    expect(await isSameProcessAlive(process), `${process.name} ${process.pid}`).toBe(false);
  }
}

beforeAll(async () => {
  // without a configuration the lab chooses what each firmware needs
  const fetched = await pxectl('fetch', 'debian-12', '--no-add');
  expect(fetched.exitCode, fetched.stderr).toBe(0);
});
afterAll(async () => {
  await pxectl('lab', 'clean');
  rmSync(project, { recursive: true, force: true });
});

describe('lab run boots a real installer to its seed', () => {
  itBoots.each([
    ['bios', 'pxelinux', 'boot-config', 'pxelinux.cfg/01-52-54-00'],
    ['bios', 'ipxe', 'boot-config', '/machines/52-54-00'],
    ['uefi', 'ipxe', 'loader', 'ipxe/snponly-x64.efi'],
    ['uefi-http', 'ipxe', 'loader', '/loaders/ipxe/snponly-x64.efi'],
    ['uefi-secure', 'grub', 'boot-config', 'grub/grub.cfg'],
  ])('%s through %s', async (firmware, loader, telling, file) => {
    const run = ['lab', 'run', '--firmware', firmware, '--loader', loader, '--engine', 'builtin'];
    const { exitCode, stdout, stderr } = await pxectl(...run, '--timeout', '400', '--json');
    expect(exitCode, stdout).toBe(0);
    const report = JSON.parse(stdout) as LabReport;
    const stage = (name: string) => report.stages.find((record) => record.stage === name);
    expect(report).toMatchObject({ schema: 'pxectl.lab/1', ok: true, firmware, accelerator: 'tcg' });
    expect(stage(telling)?.detail).toContain(file);
    expect(stage('kernel-up')?.detail).toMatch(/Linux version|EFI stub/);
    expect(stage('install-seed')?.detail).toMatch(/^\/seed\/52-54-00-.*\/preseed\.cfg$/);
    const times = ['power-on', 'discover', 'kernel', 'kernel-up', 'install-seed'].map(
      (s) => stage(s)?.startMs,
    );
    expect(times).toEqual([...times].sort((a, b) => Number(a) - Number(b)));
    expect(stderr).toMatch(/install-seed {2}\/seed\//);
    expect(readdirSync(labRoot)).toEqual([]);
  });
});

describe('lab run takes everything away', () => {
  itBoots('after ^C, with exit code 130', async () => {
    const { child, ended } = startPxectl(['lab', 'run', '--firmware', 'bios', '--engine', 'builtin']);
    await waitFor(() => (liveRecord()?.processes ?? []).some((p) => p.name === 'qemu-system-x86_64'));
    const record = liveRecord()!;
    child.kill('SIGINT');
    expect((await ended).exitCode).toBe(130);
    await expectNothingLeft(record);
    expect(readdirSync(labRoot)).toEqual([]);
  });

  itBoots('after kill -9, at the next run; which fails in time and says how far it came', async () => {
    const { child, ended } = startPxectl(['lab', 'run', '--firmware', 'bios', '--engine', 'builtin']);
    await waitFor(() => (liveRecord()?.processes ?? []).some((p) => p.name === 'qemu-system-x86_64'));
    const killed = liveRecord()!;
    child.kill('SIGKILL');
    await ended;
    for (const name of killed.namespaces) expect(await namespaceExists(name)).toBe(true);
    const qemu = killed.processes.find((p) => p.name === 'qemu-system-x86_64')!;
    expect(await isSameProcessAlive(qemu)).toBe(true);

    const next = await pxectl(
      ...['lab', 'run', '--firmware', 'uefi', '--engine', 'builtin', '--timeout', '3', '--json'],
    );
    await expectNothingLeft(killed);
    expect(next.exitCode).toBe(1);
    expect(next.stderr).toContain(`took away what an earlier run left: ${killed.namespaces.join(', ')}`);
    const report = JSON.parse(next.stdout) as LabReport;
    expect(report.failure?.why).toMatch(/not done within 3 s; the last stage was/);
    // a failed run leaves its folder for people to look at, and clean takes it
    expect(existsSync(join(report.folder!, 'boot.pcap'))).toBe(true);
    expect((await pxectl('lab', 'clean')).exitCode).toBe(0);
    expect(readdirSync(labRoot)).toEqual([]);
  });
});
