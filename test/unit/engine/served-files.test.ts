import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { claimServed } from '../../../src/engine/served-files.ts';
import { stateLayout, type StateLayout } from '../../../src/model/state-layout.ts';

let folder: string;
let layout: StateLayout;
const served = (name: string): string => join(layout.tftpRoot, name);
const isThere = (path: string): Promise<boolean> =>
  readFile(path).then(
    () => true,
    () => false,
  );

async function put(...names: string[]): Promise<void> {
  for (const name of names) {
    await mkdir(join(served(name), '..'), { recursive: true });
    await writeFile(served(name), name);
  }
}

/** What a run of pxectl does that wants these files. */
async function fill(...names: string[]): Promise<readonly string[]> {
  const claim = await claimServed(layout, names.map(served));
  await put(...names);
  await claim.removeLeft();
  return claim.foreign;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pxectl-served-'));
  layout = stateLayout(join(folder, '.pxectl'));
  await mkdir(layout.tftpRoot, { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

it('removes what it put there and does not want any more, and nothing else', async () => {
  await put('by-hand.efi', 'images/mine/notes.txt');
  expect(await fill('a', 'images/old/linux')).toEqual([
    served('by-hand.efi'),
    served('images/mine/notes.txt'),
  ]);
  expect(await fill('a')).toEqual([served('by-hand.efi'), served('images/mine/notes.txt')]);
  expect(await isThere(served('images/old/linux'))).toBe(false);
  for (const name of ['a', 'by-hand.efi', 'images/mine/notes.txt']) {
    expect(await isThere(served(name)), name).toBe(true);
  }
});

it('a serve folder that is a link to a disk full of other things loses none of them', async () => {
  const disk = join(folder, 'disk');
  await mkdir(join(disk, 'family'), { recursive: true });
  await writeFile(join(disk, 'family', 'photo'), '');
  await rm(layout.tftpRoot, { recursive: true });
  await symlink(disk, layout.tftpRoot);
  await fill('a', 'family/b');
  await fill('a');
  expect(await isThere(join(disk, 'family', 'photo'))).toBe(true);
  expect(await isThere(join(disk, 'family', 'b'))).toBe(false);
});

it.each(['dangling', 'file', 'folder'])(
  'a link below it is refused before anything is written: %s',
  async (kind) => {
    const target = join(folder, 'outside');
    if (kind === 'folder') await mkdir(target);
    if (kind === 'file') await writeFile(target, '');
    await symlink(target, served('link'));
    await expect(fill('link/a')).rejects.toMatchObject({ code: 'E_UNSAFE_FOLDER' });
  },
);

it('a folder that became a link on the way is not followed to remove what it leads to', async () => {
  await fill('images/old/linux');
  const claim = await claimServed(layout, []);
  await rename(served('images'), join(folder, 'images'));
  await symlink(join(folder, 'images'), served('images'));
  await claim.removeLeft();
  expect(await isThere(join(folder, 'images', 'old', 'linux'))).toBe(true);
});

it.each(['', '{', '{"schema":"pxectl.served/1","files":["../pxectl.yaml","serve/http/../../pxectl.yaml"]}'])(
  'a manifest that says %j removes nothing',
  async (text) => {
    const config = join(layout.root, '..', 'pxectl.yaml');
    await writeFile(config, '');
    await put('a');
    await writeFile(join(layout.root, 'serve', 'served.json'), text);
    await fill();
    expect(await isThere(config)).toBe(true);
    expect(await isThere(served('a'))).toBe(true);
  },
);

it('what a killed pxectl left half written is taken away', async () => {
  await put('a.4711.0a1b2c3d.tmp');
  expect(await fill('a')).toEqual([]);
  expect(await isThere(served('a.4711.0a1b2c3d.tmp'))).toBe(false);
});
