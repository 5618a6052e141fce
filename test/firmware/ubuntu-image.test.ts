import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { LabReport } from '../../src/lab/lab-report.ts';
import { LIVE_TOOLS, liveSystemFolder } from '../support/debian-disk.ts';
import { readEvents } from '../../src/watch/read-events.ts';
import { itNeeds } from '../support/external-tool.ts';
import { makeFolder, pxectl } from '../support/pxectl-process.ts';
import { buildUbuntuShapedIso, CASPER_LINES } from '../support/ubuntu-shaped-iso.ts';

const itBoots = itNeeds('root', 'qemu-system-x86_64', 'dnsmasq', 'ip', 'tcpdump', 'xorriso', ...LIVE_TOOLS);

describe('an Ubuntu live-server image boots from the network', () => {
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let isoSha256: string;
  const cli = (...args: string[]) => pxectl(args, { cwd: folder.path, timeoutMs: 500_000 });

  beforeAll(async () => {
    folder = await makeFolder();
    const iso = join(folder.path, 'my-server.iso');
    buildUbuntuShapedIso(iso, { system: await liveSystemFolder() });
    isoSha256 = createHash('sha256')
      .update(await readFile(iso))
      .digest('hex');
    const fetched = await cli('fetch', 'ubuntu-20.04.3', '--from', iso);
    expect(fetched.exitCode, fetched.stderr).toBe(0);
  }, 900_000);
  afterAll(async () => {
    await cli('lab', 'clean');
    await folder.remove();
  });

  itBoots.each([
    ['bios', 'pxelinux'],
    ['uefi', 'ipxe'],
    ['uefi-secure', 'grub'],
  ])(
    '%s through %s: kernel, initrd, the whole ISO over HTTP, the seed by the cloud-init in it',
    async (firmware, loader) => {
      const run = [
        'lab',
        'run',
        '--firmware',
        firmware,
        '--loader',
        loader,
        '--image',
        'ubuntu-20.04.3',
        '--engine',
        'builtin',
      ];
      const { exitCode, stdout } = await cli(
        ...run,
        '--memory',
        '1024',
        '--timeout',
        '400',
        '--keep',
        '--json',
      );
      expect(exitCode, stdout).toBe(0);
      const report = JSON.parse(stdout) as LabReport;
      const stage = (name: string) => report.stages.find((record) => record.stage === name);
      expect(stage('kernel')?.detail).toMatch(/\/vmlinuz$/);
      expect(stage('initrd')?.detail).toMatch(/\/initrd$/);
      expect(stage('root-image')?.detail).toMatch(/\.iso$/);
      expect(stage('root-image')?.sizeBytes).toBe((await stat(join(folder.path, 'my-server.iso'))).size);
      expect(stage('install-seed')?.detail).toMatch(/\/seed\/52-54-00-.*\/(user|meta|vendor)-data$/);
      const serial = await readFile(join(report.folder ?? '', 'machine', 'serial.log'), 'utf8');
      // by the live system's own cloud-init, from the command line that the loader passed on
      const events = await readEvents(join(report.folder ?? '', '.pxectl/events.jsonl'));
      const asked = events.filter(({ type }) => type === 'seed.requested');
      expect(asked.length).toBeGreaterThan(0);
      for (const { detail } of asked) {
        expect(detail['path']).toMatch(/\/(user|meta|vendor)-data$/);
        expect(detail['userAgent']).toMatch(/^Cloud-Init\/\d/);
      }
      expect(serial).toContain(`${CASPER_LINES.isoSha256} ${isoSha256}`);
    },
  );
});
