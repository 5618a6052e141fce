import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { ARCHITECTURES } from '../../../.ci/release/package-data.ts';
import { root } from '../../../.ci/release/project.ts';
import { buildRpm } from '../../../.ci/release/rpm.ts';
import { hashFile } from '../../../src/images/hashed-copy.ts';
import { runOrThrow } from '../../../src/platform/processes.ts';
import { itNeeds } from '../../support/external-tool.ts';

describe('the RPM', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pxectl-rpm-'));
    writeFileSync(join(folder, 'pxectl'), '#!/bin/sh\n', { mode: 0o755 });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const build = (architecture: (typeof ARCHITECTURES)[number]): string =>
    buildRpm({
      executable: join(folder, 'pxectl'),
      licences: join(root, 'dist/LICENSES.txt'),
      architecture,
      outFolder: folder,
      date: new Date('2026-01-01T00:00:00Z'),
      isQuick: true,
    });
  const query = async (rpm: string, format: string): Promise<string> =>
    (await runOrThrow('rpm', ['--query', '--package', '--nosignature', '--queryformat', format, rpm])).stdout;

  itNeeds('rpmbuild', 'rpm')(
    'is for one architecture, and the same to the byte when it is made again',
    async () => {
      for (const architecture of ARCHITECTURES) {
        const rpm = build(architecture);
        expect(await query(rpm, '%{NAME} %{ARCH}')).toBe(`pxectl ${architecture.rpm}`);
        const { digest } = await hashFile(rpm, 'sha256');
        expect((await hashFile(build(architecture), 'sha256')).digest).toBe(digest);
      }
    },
  );

  itNeeds('rpmbuild', 'rpm')('gives the service what it writes, and keeps its configuration', async () => {
    const files = await query(
      build(ARCHITECTURES[0]),
      '[%{FILENAMES} %{FILEMODES:perms} %{FILEUSERNAME} %{FILEFLAGS:fflags}\\n]',
    );
    const lines = files
      .trim()
      .split('\n')
      .map((line) => line.trim());
    expect(lines.filter((line) => line.includes(' pxectl'))).toEqual([
      '/etc/pxectl drwxr-xr-x pxectl',
      '/etc/pxectl/pxectl.yaml -rw-r--r-- pxectl cn',
      '/var/lib/pxectl drwxr-x--- pxectl',
    ]);
    for (const path of ['bin/pxectl', 'lib/systemd/system/pxectl.service', 'share/man/man1/pxectl.1.gz'])
      expect(files).toContain(`/usr/${path} `);
    expect(files).toContain('/etc/pxectl/.pxectl lrwxrwxrwx root');
  });
});
