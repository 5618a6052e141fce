import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { writeBundle, type BundleParts } from '../../../src/doctor/write-bundle.ts';

const folder = mkdtempSync(join(tmpdir(), 'pxectl-bundle-test-'));
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

it('is written through no link of who may write to its folder', async () => {
  writeFileSync(join(folder, 'victim'), 'only root’s', { mode: 0o600 });
  vi.spyOn(Date, 'now').mockReturnValue(1_234);
  symlinkSync(join(folder, 'victim'), join(folder, `.${process.pid}.1234.bundle.tmp`));
  const parts = { result: {}, project: undefined, capturePath: undefined, request: { configPaths: [] } };
  await writeBundle(join(folder, 'help.tgz'), parts as unknown as BundleParts);
  expect(readFileSync(join(folder, 'victim'), 'utf8')).toBe('only root’s');
  expect(statSync(join(folder, 'victim')).mode & 0o777).toBe(0o600);
  expect([...readFileSync(join(folder, 'help.tgz')).subarray(0, 2)]).toEqual([0x1f, 0x8b]);
});
