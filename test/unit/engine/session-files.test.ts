import { copyFile, mkdtemp, readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadProject, type Project } from '../../../src/engine/project.ts';
import { SessionFiles } from '../../../src/engine/session-files.ts';
import type { StateLayout } from '../../../src/model/state-layout.ts';
import { configText, prepareState, TEST_IMAGE } from '../../support/engine/prepare-state.ts';

let folder: string;
let layout: StateLayout;
let project: Project;
let hashed: string[];
let files: SessionFiles;
const stored = (name = 'linux'): string => join(layout.images, TEST_IMAGE, name);
const served = (name = 'linux'): string => join(layout.httpRoot, 'images', TEST_IMAGE, name);

/** What `up` does with the files, and a reload again. */
async function serve(): Promise<void> {
  await files.fill(await files.load(project));
}

async function begin(): Promise<void> {
  files = new SessionFiles({ layout, onProgress: (line) => hashed.push(line), onWarning: () => undefined });
  await serve();
}

/** Other bytes, as many as before. */
async function spoil(path: string): Promise<Buffer> {
  const bytes = await readFile(path);
  await writeFile(path, Buffer.from(bytes).fill('x', 0, 10));
  return bytes;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pxectl-session-files-'));
  const state = await prepareState(folder, configText(), { kernelBytes: 20_000, initrdBytes: 200_000 });
  layout = state.layout;
  project = await loadProject(state.configPath);
  hashed = [];
  await begin();
});
afterEach(() => rm(folder, { recursive: true }));

describe('at up and at reload', () => {
  it('a store without a record is hashed once, and told; after that nothing is read', async () => {
    expect(hashed).toEqual([]);
    // big enough for a line about it
    await prepareState(folder, configText(), { kernelBytes: 20_000, initrdBytes: 65 * 1024 * 1024 });
    await begin();
    expect(hashed).toEqual([expect.stringContaining(stored('initrd.gz'))]);
    await begin();
    expect(hashed).toHaveLength(1);
  });

  it('what was written to, whatever its size says, is refused with file, reason and the way out', async () => {
    await spoil(stored());
    await expect(serve()).rejects.toMatchObject({
      code: 'E_CHECKSUM',
      message: expect.stringContaining(stored()),
      why: expect.stringContaining('SHA-256'),
      next: expect.stringContaining(`--as ${TEST_IMAGE}`),
    });
  });

  it('so is what was written to under the name that it is served by, a loader, and what is gone', async () => {
    await spoil(served('initrd.gz'));
    await spoil(join(layout.loaders, 'pxelinux.0'));
    await rm(stored());
    await expect(serve()).rejects.toMatchObject({
      details: {
        changed: [
          { path: stored(), reason: expect.stringContaining('not there') },
          { path: stored('initrd.gz'), reason: expect.stringContaining('SHA-256') },
          { path: join(layout.loaders, 'pxelinux.0'), reason: expect.stringContaining('SHA-256') },
        ],
      },
      next: expect.stringContaining(` && pxectl fetch ${TEST_IMAGE};`),
    });
  });

  it('a link is no stored file, whatever it leads to', async () => {
    await rename(stored(), join(folder, 'linux'));
    await symlink(join(folder, 'linux'), stored());
    await expect(serve()).rejects.toMatchObject({ code: 'E_CHECKSUM' });
  });

  it('what was copied or touched and is the same inside is hashed again, and served', async () => {
    await copyFile(stored('initrd.gz'), join(folder, 'copy'));
    await rename(join(folder, 'copy'), stored('initrd.gz'));
    await utimes(stored(), new Date(), new Date());
    await serve();
    expect((await stat(served('initrd.gz'))).ino).toBe((await stat(stored('initrd.gz'))).ino);
  });

  it('another hash in the manifest makes the record void', async () => {
    const path = join(layout.images, TEST_IMAGE, 'manifest.json');
    await writeFile(path, (await readFile(path, 'utf8')).replace(/"sha256":"..../, '"sha256":"0000'));
    await expect(serve()).rejects.toMatchObject({ code: 'E_CHECKSUM' });
  });
});

describe('while it is up', () => {
  it('nothing is wrong with what was touched, nor with what was removed from the store', async () => {
    await utimes(served(), new Date(), new Date());
    await rm(join(layout.images, TEST_IMAGE), { recursive: true });
    expect(await files.look()).toEqual([]);
  });

  it('what changed under it is a finding and not served any more, until it is right again', async () => {
    const bytes = await spoil(served());
    const trouble = { id: 'served-file-changed', severity: 'error', message: expect.stringMatching(/linux/) };
    expect(await files.look()).toEqual([trouble]);
    await expect(stat(served())).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await files.look()).toEqual([trouble]);
    await writeFile(stored(), bytes);
    await serve();
    expect(await files.look()).toEqual([]);
    expect(await readFile(served())).toEqual(bytes);
  });

  it('a copy, where hard links cannot be, is watched as well, and made anew', async () => {
    // as it is left where serve/ is on another disk than the store
    await rm(served());
    await copyFile(stored(), served());
    const { atime, mtime } = await stat(stored());
    await utimes(served(), atime, mtime);
    await serve();
    expect((await stat(served())).ino).not.toBe((await stat(stored())).ino);
    expect(await files.look()).toEqual([]);
    await spoil(served());
    await serve();
    expect(await readFile(served())).toEqual(await readFile(stored()));
    await spoil(served());
    expect(await files.look()).toHaveLength(1);
  });

  it('a look that is under way ends with the session', async () => {
    await utimes(served('initrd.gz'), new Date(), new Date());
    const look = files.look();
    files.close();
    await expect(look).rejects.toThrow(/abort/);
  });
});
