import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFile,
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { formatBytes } from '../../../src/model/units.ts';
import { run, runOrThrow } from '../../../src/platform/processes.ts';
import { writeCasperIso } from '../../support/casper-iso.ts';
import { itNeeds } from '../../support/external-tool.ts';
import { makeGpgTestKey, type GpgTestKey } from '../../support/gpg-test-key.ts';
import { misbehaviour, startLoopbackMirror, type LoopbackMirror } from '../../support/loopback-mirror.ts';
import { pxectl } from '../../support/pxectl-process.ts';

const ID = 'ubuntu-20.04.3';
const ISO = 'ubuntu-20.04.3-live-server-amd64.iso';
const PROGRAM = join(import.meta.dirname, '..', '..', '..', 'bin', 'pxectl.js');
let root: string;
let iso: Buffer;
let key: GpgTestKey;
let mirror: LoopbackMirror;
let folder: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'pxectl-shared-'));
  writeCasperIso(join(root, 'own.iso'), {
    files: { 'casper/filesystem.squashfs': Buffer.alloc(8_000_000, 'squashfs ') },
  });
  key = makeGpgTestKey('Vendor <vendor@example.org>');
  await writeFile(join(root, 'vendor.gpg'), key.publicKey);
  iso = await readFile(join(root, 'own.iso'));
  const list = `${createHash('sha256').update(iso).digest('hex')} *${ISO}\n`;
  mirror = await startLoopbackMirror(
    new Map([
      ['/20.04.3/SHA256SUMS', Buffer.from(list)],
      ['/20.04.3/SHA256SUMS.gpg', key.detachedSignature(list)],
      [`/20.04.3/${ISO}`, iso],
    ]),
  );
});
afterAll(async () => {
  await mirror.close();
  key.dispose();
  await rm(root, { recursive: true, force: true });
});
beforeEach(async () => {
  folder = await mkdtemp(join(root, 'case-'));
  mirror.requests.length = 0;
  mirror.misbehave = undefined;
});

const FETCH = () => [
  ...['fetch', ID, '--no-add', '--keyring', join(root, 'vendor.gpg')],
  ...['--mirror', `https://releases.ubuntu.com=${mirror.url}`],
];
/** In a project of this name, with a store beside it. */
async function inProject(name: string, ...args: string[]) {
  const cwd = join(folder, name);
  await mkdir(cwd, { recursive: true });
  return pxectl(args, { cwd, env: env() });
}
const env = () => ({ PXECTL_STORE: join(folder, 'store'), PXECTL_CONFIG: '', NO_COLOR: '1' });
const isoOf = (name: string): string => join(folder, name, '.pxectl', 'images', ID, ISO);
const requests = (end: string): number => mirror.requests.filter(({ path }) => path.endsWith(end)).length;
const isoRequests = (): number => requests('.iso');
const stored = (): Promise<string[]> => readdir(join(folder, 'store', 'files'));
/** What lies on the disk, each file once however many names it has. */
async function diskKiB(...below: string[]): Promise<number> {
  return Number((await runOrThrow('du', ['-sk', join(folder, ...below)])).stdout.split('\t')[0]);
}

describe('two projects with one image', () => {
  it('have it once on the disk, and the second downloads the list of the vendor alone', async () => {
    expect(await inProject('one', ...FETCH())).toMatchObject({ exitCode: 0 });
    // the ISO, and kernel and initrd that were read out of it: nothing of them twice
    expect((await stat(isoOf('one'))).nlink).toBe(2);
    const before = await diskKiB();
    const loaders = await diskKiB('one', '.pxectl', 'loaders');
    expect(before - loaders).toBeLessThan((iso.length + 5_000_000) / 1024 + 500);
    expect(isoRequests()).toBe(1);

    const second = await inProject('two', ...FETCH(), '--json');
    expect(second.stderr).toContain(`taken from ${join(folder, 'store')}`);
    expect(JSON.parse(second.stdout)).toMatchObject({ images: [{ id: ID, outcome: 'fetched' }] });
    expect(isoRequests()).toBe(1);
    expect((await diskKiB()) - before).toBeLessThan(1000);
    expect((await stat(isoOf('two'))).ino).toBe((await stat(isoOf('one'))).ino);
    expect((await inProject('two', 'images', 'verify')).exitCode).toBe(0);

    // what a project removes stays with the others, and the last takes it off the disk
    await inProject('one', 'images', 'rm', ID, '--yes');
    expect((await inProject('two', 'images', 'verify')).exitCode).toBe(0);
    const kept = await stored();
    await inProject('two', 'images', 'rm', ID, '--yes');
    expect((await stored()).length).toBe(kept.length - 3);
  });

  it('fetch it once when they do so at the same time', async () => {
    // who comes first is at it until the other has read the list
    let send = (): void => undefined;
    mirror.misbehave = (path, _request, response) => {
      if (path.endsWith('.iso')) send = () => response.end(iso);
      if (requests('.gpg') === 2) send();
      return path.endsWith('.iso');
    };
    const both = await Promise.all([inProject('one', ...FETCH()), inProject('two', ...FETCH())]);
    for (const { exitCode } of both) expect(exitCode).toBe(0);
    expect(isoRequests()).toBe(1);
    expect((await stat(isoOf('two'))).ino).toBe((await stat(isoOf('one'))).ino);
  });

  it('do not use a file of the store that was changed', async () => {
    await inProject('one', ...FETCH());
    await appendFile(isoOf('one'), 'x');
    const second = await inProject('two', ...FETCH());
    expect(second.stderr).toMatch(/shared store: \S+ was changed: it is thrown away, and not used/);
    expect(isoRequests()).toBe(2);
    expect((await inProject('two', 'images', 'verify')).exitCode).toBe(0);
    expect((await inProject('one', 'images', 'verify')).exitCode).toBe(1);
    expect((await inProject('three', ...FETCH())).stderr).toContain('taken from');
  });

  it('share a file of the user’s own too', async () => {
    const own = join(root, 'own.iso');
    await inProject('one', 'fetch', own, '--offline', '--no-add');
    const before = await diskKiB();
    await inProject('two', 'fetch', own, '--offline', '--no-add');
    expect((await diskKiB()) - before).toBeLessThan(1000);
    expect((await inProject('two', 'images', 'verify')).exitCode).toBe(0);
  });
});

it('what is at an address of the user’s own counts as changed where its server does not say since when it is', async () => {
  const path = '/own.iso';
  mirror.files.set(path, iso);
  await inProject('one', 'fetch', mirror.url + path, '--no-add');
  const changed = Buffer.from(iso);
  changed.write('changed', iso.indexOf('squashfs squashfs'));
  mirror.files.set(path, changed);
  await inProject('two', 'fetch', mirror.url + path, '--no-add');
  const name = (await readdir(join(folder, 'two', '.pxectl', 'images', ID))).find((one) =>
    one.endsWith('.iso'),
  );
  expect((await readFile(join(folder, 'two', '.pxectl', 'images', ID, name ?? ''))).equals(changed)).toBe(
    true,
  );
});

describe('a dry run', () => {
  it('says from where and how much, and leaves nothing', async () => {
    const said = await inProject('one', ...FETCH(), '--dry-run');
    const address = `${mirror.url}/20.04.3/${ISO} (mirror of https://releases.ubuntu.com)`;
    const where = join(folder, 'one', '.pxectl', 'images', ID);
    const size = formatBytes(iso.length);
    expect(said.stdout).toBe(`would fetch ${ID}, ${size}, into ${where}\n  from ${address} (${size})\n`);
    const json = await inProject('one', ...FETCH(), '--dry-run', '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ images: [{ files: [{ sizeBytes: iso.length }] }] });
    const own = await inProject('one', 'fetch', `${mirror.url}/20.04.3/${ISO}`, '--dry-run');
    expect(own.stdout).toBe(`would store what is in ${mirror.url}/20.04.3/${ISO} (${size})\n`);
    expect(await readdir(folder)).toEqual(['one']);
    expect(await readdir(join(folder, 'one'))).toEqual([]);
  });

  it('names the places where nobody answers', async () => {
    const away = ['--mirror', 'https://releases.ubuntu.com=http://127.0.0.1:1'];
    const { exitCode, stdout, stderr } = await inProject('one', 'fetch', ID, ...away, '--dry-run');
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('  from https://releases.ubuntu.com/')]);
    expect(stderr).toContain(`${ID}: how much it is nobody could say`);
  });
});

describe('the shared store', () => {
  it('frees by prune what projects that were deleted had', async () => {
    await inProject('one', ...FETCH());
    expect((await inProject('one', 'images', 'prune')).stderr).toContain('is used by a project');
    await rm(join(folder, 'one'), { recursive: true });
    expect((await inProject('two', 'images')).stderr).toMatch(/\d MB of \S+ no project has any more/);
    expect((await inProject('two', 'images', 'prune')).exitCode).toBe(2);
    const dry = await inProject('two', 'images', 'prune', '--dry-run');
    expect(dry.stdout).toMatch(/would remove \d+ files, /);
    const pruned = await inProject('two', 'images', 'prune', '--yes', '--json');
    expect(JSON.parse(pruned.stdout)).toMatchObject({ changed: true, store: join(folder, 'store') });
    expect(await stored()).toEqual([]);
    expect(await readdir(join(folder, 'store', 'taken'))).toEqual([]);
  });

  it('is not used where others may write to it', async () => {
    await inProject('one', ...FETCH());
    for (const name of await readdir(join(folder, 'store', 'taken')))
      await rm(join(folder, 'store', 'taken', name));
    await chmod(join(folder, 'store', 'files'), 0o777);
    const second = await inProject('two', ...FETCH());
    expect(second.exitCode).toBe(0);
    expect(second.stderr).toMatch(/shared store: .*everybody may write to .*; this project does without/);
    expect((await stat(isoOf('two'))).nlink).toBe(1);
    // nor is anything written where somebody else may have put a link
    expect(await readdir(join(folder, 'store', 'taken'))).toEqual([]);
  });

  it('is not used by a project that says so', async () => {
    await mkdir(join(folder, 'one'));
    const config = 'version: 1\nnetwork: { interface: eno1, address: 192.168.1.50 }\nstore: off\n';
    await writeFile(join(folder, 'one', 'pxectl.yaml'), config);
    const env = { HOME: folder, PXECTL_STORE: '' };
    const { exitCode, stderr } = await pxectl(FETCH(), { cwd: join(folder, 'one'), env });
    expect([exitCode, stderr]).toEqual([0, expect.not.stringContaining('shared store')]);
    expect((await stat(isoOf('one'))).nlink).toBe(1);
  });
});

/** Runs a fetch in a project, after these commands of root in a view of the file systems of its own. */
async function behindMounts(name: string, mounts: string, check = 'true', words = FETCH()) {
  const cwd = join(folder, name);
  await mkdir(cwd, { recursive: true });
  const script = `set -e; ${mounts}; cd ${cwd}; ${process.execPath} ${PROGRAM} "$@"; ${check}`;
  return run('unshare', ['-m', 'sh', '-c', script, 'sh', ...words], {
    env: env(),
    timeoutMs: 60_000,
  });
}

describe.skipIf(process.getuid?.() !== 0)('a store that cannot be used as it should', () => {
  itNeeds('unshare')('on another file system gives its files, and takes none', async () => {
    const store = join(folder, 'store');
    await mkdir(store);
    const result = await behindMounts(
      'one',
      `mount -t tmpfs -o mode=700 tmpfs ${store}`,
      `ls ${store}/files`,
    );
    expect(result.stderr).toContain('not shared with other projects');
    expect([result.exitCode, result.stdout]).toEqual([0, '']);
    await rm(store, { recursive: true });
    await inProject('two', ...FETCH());
    const third = await behindMounts('three', `mount -t tmpfs -o mode=700 tmpfs ${join(folder, 'three')}`);
    expect([third.exitCode, third.stderr]).toEqual([0, expect.stringContaining('taken from')]);
    expect(isoRequests()).toBe(2);
  });

  itNeeds(
    'root',
    'unshare',
    'mkfs.btrfs',
  )('on btrfs an ISO of the user’s own takes no room a second time', async () => {
    const disk = join(folder, 'disk');
    await writeFile(disk, '');
    await truncate(disk, 120_000_000);
    await runOrThrow('mkfs.btrfs', ['-q', disk]);
    const mounts = `mount -o loop ${disk} ${folder}; cp --reflink=never ${root}/own.iso ${folder}; mkdir ${folder}/one`;
    const shared = `sync; btrfs filesystem du -s --raw ${folder}`;
    const words = ['fetch', '../own.iso', '--offline', '--no-add'];
    const { exitCode, stdout, stderr } = await behindMounts('one', mounts, shared, words);
    expect([exitCode, stderr]).toEqual([0, expect.stringContaining(ID)]);
    // total, exclusive, shared
    const sizes = /^ *\d+ +\d+ +(\d+) /m.exec(stdout)?.[1];
    expect(Number(sizes)).toBeGreaterThanOrEqual(iso.length);
  });

  itNeeds('unshare')('on a full disk ends no fetch', async () => {
    const store = join(folder, 'store');
    await mkdir(store);
    // the folders and the lock of the fetch, and no file more
    const result = await behindMounts('one', `mount -t tmpfs -o mode=700,nr_inodes=4 tmpfs ${store}`);
    expect([result.exitCode, result.stderr]).toEqual([
      0,
      expect.stringMatching(/shared store: no space left .*; this project does without/),
    ]);
  });

  itNeeds('unshare')('read-only gives its files', async () => {
    await inProject('one', ...FETCH());
    const store = join(folder, 'store');
    const result = await behindMounts(
      'two',
      `mount --bind ${store} ${store}; mount -o remount,bind,ro ${store}`,
    );
    expect([result.exitCode, result.stderr]).toEqual([0, expect.stringContaining('taken from')]);
    expect(isoRequests()).toBe(1);
  });

  itNeeds('unshare')('beside projects for which there is room once', async () => {
    // the ISO of 13 MB, 5 MB out of it, and the loaders
    const again = `cd ../two; ${process.execPath} ${PROGRAM} "$@"`;
    const mounts = `mount -t tmpfs -o size=28m,mode=700 tmpfs ${folder}; mkdir ${folder}/one ${folder}/two`;
    const result = await behindMounts('one', mounts, again);
    expect([result.exitCode, result.stderr]).toEqual([0, expect.stringContaining('taken from')]);
    expect(isoRequests()).toBe(1);
  });
});

it('a download that ^C ends leaves nothing in the store, and the next project fetches all of it', async () => {
  mirror.misbehave = misbehaviour.stalling(`/20.04.3/${ISO}`);
  const cwd = join(folder, 'one');
  await mkdir(cwd);
  const child = spawn(process.execPath, [PROGRAM, ...FETCH()], {
    cwd,
    env: { ...process.env, ...env() },
    stdio: 'ignore',
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  await expect.poll(isoRequests).toBe(1);
  child.kill('SIGINT');
  expect(await ended).toBe(130);
  expect(await stored()).toEqual([]);
  mirror.misbehave = undefined;
  expect((await inProject('two', ...FETCH())).exitCode).toBe(0);
});

itNeeds('root', 'setpriv')('the store of a user lies where the data of programs lies', async () => {
  const cwd = join(folder, 'one');
  await mkdir(cwd);
  for (const path of [root, folder, cwd]) await chmod(path, 0o755);
  for (const path of [folder, cwd]) await chown(path, 65_534, 65_534);
  const words = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, PROGRAM, ...FETCH()];
  const data = join(folder, 'data');
  const own = { ...env(), PXECTL_STORE: '', XDG_DATA_HOME: data, HOME: folder };
  const { exitCode, stderr } = await run('setpriv', words, { cwd, env: own, timeoutMs: 60_000 });
  expect([exitCode, stderr]).toEqual([0, expect.not.stringContaining('shared store')]);
  expect((await stat(isoOf('one'))).nlink).toBe(2);
  expect((await stat(join(data, 'pxectl', 'store'))).mode & 0o777).toBe(0o700);
});
