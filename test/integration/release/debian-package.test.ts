import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { buildDeb, debName } from '../../../.ci/release/deb.ts';
import { ARCHITECTURES, type PackageArchitecture } from '../../../.ci/release/package-data.ts';
import { serviceUnit } from '../../../.ci/release/package-files.ts';
import { root } from '../../../.ci/release/project.ts';
import { run, runOrThrow } from '../../../src/platform/processes.ts';
import { itNeeds } from '../../support/external-tool.ts';
import { exposure } from '../../support/systemd-exposure.ts';

const [amd64, arm64] = ARCHITECTURES;

describe('the Debian package', () => {
  let folder: string;
  let executable: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'pxectl-deb-'));
    // what is in it matters to nobody here
    executable = join(folder, 'pxectl');
    writeFileSync(executable, '#!/bin/sh\n', { mode: 0o755 });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const build = (architecture: PackageArchitecture = amd64): string =>
    buildDeb({
      ...{ executable, architecture, outFolder: folder, isQuick: true },
      licences: join(root, 'dist/LICENSES.txt'),
      date: new Date('2026-01-01T00:00:00Z'),
    });

  itNeeds('dpkg-deb')('is the same to the byte when it is made again', () => {
    const sums = [1, 2].map(() => createHash('sha256').update(readFileSync(build())).digest('hex'));
    expect(sums[0]).toBe(sums[1]);
  });

  itNeeds('dpkg-deb')('gives everything to root, and is for one architecture', async () => {
    const deb = build(arm64);
    expect(deb).toBe(join(folder, debName(arm64)));
    const { stdout } = await runOrThrow('dpkg-deb', ['--contents', deb]);
    const owners = stdout
      .trim()
      .split('\n')
      .map((line) => line.split(/\s+/)[1]);
    expect(new Set(owners)).toEqual(new Set(['root/root']));
    expect((await runOrThrow('dpkg-deb', ['--field', deb, 'Architecture'])).stdout.trim()).toBe('arm64');
  });

  itNeeds('dpkg-deb', 'lintian')('is as Debian wants packages', async () => {
    const { stdout } = await run('lintian', ['--allow-root', '--fail-on=none', build()]);
    expect(stdout).toBe('');
  });

  itNeeds('systemd-analyze')('lays little of a system open to its service', async () => {
    const unit = join(folder, 'pxectl.service');
    writeFileSync(unit, serviceUnit());
    expect(await exposure(unit)).toBeLessThan(3);
  });
});
