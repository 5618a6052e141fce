import { chmod, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openServed } from '../../../src/engine/open-served.ts';

let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'pxectl-open-'))));
afterEach(() => rm(folder, { recursive: true }));

const modeOf = async (path: string): Promise<number> => (await stat(join(folder, path))).mode & 0o777;

it('opens what is served and the folders on the way to it, and nothing else', async () => {
  const root = join(folder, 'serve');
  await mkdir(join(root, 'a/b'), { recursive: true });
  for (const name of ['serve/a/b/served', 'serve/a/b/foreign', 'outside'])
    await writeFile(join(folder, name), '');
  const closed = ['serve', 'serve/a', 'serve/a/b', 'serve/a/b/served', 'serve/a/b/foreign', 'outside'];
  for (const name of closed.toReversed())
    await chmod(join(folder, name), name.includes('/b/') ? 0o640 : 0o700);
  await openServed(root, [join(root, 'a/b/served'), join(root, 'a/not-there'), join(folder, 'outside')]);
  const modes = await Promise.all(closed.map(modeOf));
  expect(modes.map((mode) => mode.toString(8))).toEqual(['755', '755', '755', '644', '640', '700']);
  expect(await modeOf('.')).toBe(0o700);
});

it('opens nothing that a link leads to, be it put there a moment ago', async () => {
  const root = join(folder, 'serve');
  await mkdir(root);
  await mkdir(join(folder, 'private'), { mode: 0o700 });
  await writeFile(join(folder, 'secret'), '', { mode: 0o600 });
  await symlink(join(folder, 'secret'), join(root, 'file'));
  await symlink(join(folder, 'private'), join(root, 'folder'));
  await openServed(root, [join(root, 'file'), join(root, 'folder/file')]);
  expect(await modeOf('secret')).toBe(0o600);
  expect(await modeOf('private')).toBe(0o700);
});
