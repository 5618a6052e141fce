import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, vi } from 'vitest';
import { findConfig } from '../../../src/engine/project.ts';
import { itNeeds } from '../../support/external-tool.ts';

const ME = 4711;
const OTHER = 4712;

describe('the configuration that a user works with, who is not root', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    vi.stubEnv('SUDO_UID', '');
    vi.stubEnv('PXECTL_SAFE_DIRECTORY', '');
    folder = mkdtempSync(join(tmpdir(), 'pxectl-find-config-'));
    path = join(folder, 'pxectl.yaml');
    mkdirSync(join(folder, 'work/deep'), { recursive: true });
    writeFileSync(path, 'version: 1\n');
    vi.spyOn(process, 'getuid').mockReturnValue(ME);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  itNeeds('root')('is none that somebody else left in a folder above', async () => {
    chownSync(path, OTHER, OTHER);
    await expect(findConfig(undefined, join(folder, 'work/deep'))).rejects.toMatchObject({
      code: 'E_UNSAFE_FOLDER',
      message: `${path}, found in a folder above, belongs to another user (uid ${OTHER})`,
      next: expect.stringContaining(`pxectl --config ${path}`) as string,
    });
    vi.stubEnv('PXECTL_SAFE_DIRECTORY', folder);
    expect(await findConfig(undefined, join(folder, 'work/deep'))).toBe(path);
  });

  itNeeds('root')('may be another’s where it is asked for, or lies here', async () => {
    chownSync(path, OTHER, OTHER);
    expect(await findConfig(path, join(folder, 'work'))).toBe(path);
    expect(await findConfig(undefined, folder)).toBe(path);
  });

  itNeeds('root')('is one of the user’s own, or of root, in a folder above', async () => {
    expect(await findConfig(undefined, join(folder, 'work'))).toBe(path);
    chownSync(path, ME, ME);
    expect(await findConfig(undefined, join(folder, 'work'))).toBe(path);
  });
});
