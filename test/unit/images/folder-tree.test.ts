import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import type * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openFolderTree } from '../../../src/images/trees/folder-tree.ts';

const race = vi.hoisted(() => ({ whenResolved: (): void => undefined }));
vi.mock('node:fs/promises', async (load) => {
  const real = await load<typeof fs>();
  const realpath = async (path: string): Promise<string> => {
    const found = await real.realpath(path);
    race.whenResolved();
    return found;
  };
  return { ...real, realpath };
});

/** Whoever owns the folder changes it between the look and the reading. */
describe('a folder that becomes another while it is read', () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);
  const read = async (path: string): Promise<string> => {
    const tree = await openFolderTree(at('theirs'));
    const parts: Buffer[] = [];
    for await (const part of tree.stream(path)) parts.push(Buffer.from(part));
    return Buffer.concat(parts).toString();
  };
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'pxectl-folder-tree-')));
    mkdirSync(at('theirs/casper'), { recursive: true });
    writeFileSync(at('theirs/casper/initrd'), 'theirs');
    mkdirSync(at('root-only'));
    writeFileSync(at('root-only/initrd'), 'precious');
  });
  afterEach(() => {
    race.whenResolved = () => undefined;
    rmSync(folder, { recursive: true });
  });

  const once = (change: () => void): void => {
    let looks = 0;
    race.whenResolved = () => {
      // the first look is at the folder itself
      if (++looks === 2) change();
    };
  };

  it('is read as it is', async () => {
    expect(await read('casper/initrd')).toBe('theirs');
  });

  it('gives nothing from behind a link that a folder of it has become', async () => {
    once(() => {
      renameSync(at('theirs/casper'), at('theirs/aside'));
      symlinkSync(at('root-only'), at('theirs/casper'));
    });
    await expect(read('casper/initrd')).rejects.toMatchObject({ code: 'E_ARCHIVE_INVALID' });
  });

  it('gives nothing from behind a link that the file has become', async () => {
    once(() => {
      rmSync(at('theirs/casper/initrd'));
      symlinkSync(at('root-only/initrd'), at('theirs/casper/initrd'));
    });
    await expect(read('casper/initrd')).rejects.toMatchObject({ code: 'E_UNSAFE_FOLDER' });
  });
});
