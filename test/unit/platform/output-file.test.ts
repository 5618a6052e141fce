import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeOutputFile } from '../../../src/platform/output-file.ts';
import { itNeeds } from '../../support/external-tool.ts';

describe('a file that the user has named', () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);
  const refused = async (path: string, why: string): Promise<void> => {
    await expect(writeOutputFile(path, 'new'), path).rejects.toMatchObject({
      code: 'E_USAGE',
      message: expect.stringContaining(`cannot write to ${path}`) as string,
      why: expect.stringContaining(why) as string,
    });
  };
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'pxectl-output-file-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is written where none is, and keeps its mode where one is', async () => {
    await writeOutputFile(at('below/new'), 'new');
    expect(readFileSync(at('below/new'), 'utf8')).toBe('new');
    writeFileSync(at('private'), 'old');
    chmodSync(at('private'), 0o600);
    await writeOutputFile(at('private'), 'new');
    expect(readFileSync(at('private'), 'utf8')).toBe('new');
    expect(lstatSync(at('private')).mode & 0o777).toBe(0o600);
  });

  itNeeds('root')('is written by no user but its new owner', async () => {
    writeFileSync(at('lent'), 'old');
    chmodSync(at('lent'), 0o777);
    chownSync(at('lent'), 65534, 65534);
    await writeOutputFile(at('lent'), 'new');
    expect(lstatSync(at('lent'))).toMatchObject({ uid: 0, mode: 0o100755 });
  });

  it('is no folder, nothing of the kernel’s, and no standard output', async () => {
    await refused(folder, 'it is a folder');
    for (const path of ['/dev/null', '/dev/stdout', '/proc/self/fd/1']) await refused(path, 'the kernel’s');
    await refused('-', 'standard output');
  });

  itNeeds('mkfifo')('is no pipe, also not through a link', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    symlinkSync(at('pipe'), at('link'));
    for (const name of ['pipe', 'link']) await refused(at(name), 'it is a pipe');
    expect(lstatSync(at('pipe')).isFIFO()).toBe(true);
    expect(lstatSync(at('link')).isSymbolicLink()).toBe(true);
  });

  itNeeds('root', 'mknod')('is no device', async () => {
    // as /dev/full
    execFileSync('mknod', [at('device'), 'c', '1', '7']);
    await refused(at('device'), 'it is a device');
    expect(lstatSync(at('device')).isCharacterDevice()).toBe(true);
  });
});
