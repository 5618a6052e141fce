import { execFileSync } from 'node:child_process';
import { chownSync, lchownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, vi } from 'vitest';
import { withRegularFile } from '../../../src/platform/regular-file.ts';
import { itNeeds } from '../../support/external-tool.ts';

const OTHER = 65534;

describe('a file in a folder of another user, read by root', () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);
  const read = (path: string): Promise<string | undefined> =>
    withRegularFile(path, (file) => file.readFile('utf8'));
  beforeEach(() => {
    vi.stubEnv('SUDO_UID', '');
    vi.stubEnv('PXECTL_SAFE_DIRECTORY', '');
    folder = mkdtempSync(join(tmpdir(), 'pxectl-regular-file-'));
    mkdirSync(at('theirs/seeds'), { recursive: true });
    writeFileSync(at('precious'), 'a secret of root');
    writeFileSync(at('theirs/seeds/own'), 'theirs');
    symlinkSync(at('precious'), at('theirs/seeds/link'));
    symlinkSync(folder, at('theirs/folder'));
    for (const name of ['theirs', 'theirs/seeds', 'theirs/seeds/own']) chownSync(at(name), OTHER, OTHER);
    for (const name of ['theirs/seeds/link', 'theirs/folder']) lchownSync(at(name), OTHER, OTHER);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  itNeeds('root')('is read when it is that user’s, or root’s own', async () => {
    expect(await read(at('theirs/seeds/own'))).toBe('theirs');
    expect(await read(at('precious'))).toBe('a secret of root');
  });

  itNeeds('root')('is not read when that user leads to it, by a link or a folder that is one', async () => {
    for (const name of ['theirs/seeds/link', 'theirs/folder/precious']) {
      await expect(read(at(name)), name).rejects.toMatchObject({
        code: 'E_UNSAFE_FOLDER',
        message: expect.stringContaining(`than ${at('theirs')} (uid ${OTHER})`) as string,
      });
    }
    vi.stubEnv('PXECTL_SAFE_DIRECTORY', at('theirs'));
    expect(await read(at('theirs/seeds/link'))).toBe('a secret of root');
  });

  itNeeds('root')('is not opened through a link where none is ever put', async () => {
    const open = withRegularFile(at('theirs/seeds/link'), (file) => file.readFile('utf8'), {
      followsLinks: false,
    });
    expect(await open).toBeUndefined();
  });

  itNeeds('root', 'mkfifo')('is not waited for when it is a pipe', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    expect(await read(at('pipe'))).toBeUndefined();
  });
});
