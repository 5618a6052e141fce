import { readFileSync } from 'node:fs';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runOrThrow } from '../../../src/platform/processes.ts';
import { writeCasperIso } from '../../support/casper-iso.ts';
import { startLoopbackMirror, type LoopbackMirror } from '../../support/loopback-mirror.ts';
import { makeFolder, makePrivateNetwork, pxectl, type PrivateNetwork } from '../../support/pxectl-process.ts';

let network: PrivateNetwork;
let isos: Awaited<ReturnType<typeof makeFolder>>;
let folder: Awaited<ReturnType<typeof makeFolder>>;
let iso: string;
beforeAll(async () => {
  network = await makePrivateNetwork();
  isos = await makeFolder();
  iso = join(isos.path, 'download.iso');
  writeCasperIso(iso);
});
afterAll(async () => {
  await network.destroy();
  await isos.remove();
});
beforeEach(async () => (folder = await makeFolder()));
afterEach(() => folder.remove());

const cli = (...args: string[]) => pxectl(args, { cwd: folder.path, network });
const config = () => readFile(join(folder.path, 'pxectl.yaml'), 'utf8');

describe('a file or an address in the place of a name', () => {
  it('up FILE in an empty folder takes, names, lists and serves it; again it is here already', async () => {
    const dry = await cli('up', iso, '--dry-run');
    expect(dry.stdout).toContain(`fetch ${iso} and serve it on 192.168.1.50`);
    const { exitCode, stderr } = await cli('up', iso, '--no-look', '--detach', '--engine', 'builtin');
    expect(stderr).toMatch(
      /no pxectl\.yaml: wrote \S+\/pxectl\.yaml: interface eno1: 192\.168\.1\.50\/24; router/,
    );
    expect(stderr).toContain('up in the background');
    expect(exitCode).toBe(0);
    expect(await config()).toMatch(/images:\n {2}- ubuntu-20\.04\.3\n[^]*default: ubuntu-20\.04\.3/);
    expect((await cli('down')).exitCode).toBe(0);
    expect((await cli('fetch', iso)).stderr).toContain('ubuntu-20.04.3: already here, nothing to do');
  });

  it('fetch FILE beside a configuration adds it, and makes it the default when there is none', async () => {
    await writeFile(
      join(folder.path, 'pxectl.yaml'),
      'version: 1\nnetwork: { interface: eno1, address: 192.168.1.50 }\n',
    );
    const { exitCode, stderr } = await cli('fetch', iso, '--as', 'class-room');
    expect(exitCode).toBe(0);
    expect(stderr).toContain('class-room added to images');
    expect(await config()).toContain('default: class-room');
    // the words of before say the same
    const before = await cli('fetch', 'class-room', '--from', iso);
    expect(before.stderr).toContain('class-room: already here, nothing to do');
  });

  it('fetch NAME in an empty folder writes the configuration too, unless told not to', async () => {
    expect((await cli('fetch', 'debian-12', '--no-add')).exitCode).toBe(0);
    await expect(stat(join(folder.path, 'pxectl.yaml'))).rejects.toThrow('ENOENT');
    const { stderr } = await cli('fetch', 'debian-12');
    expect(stderr).toContain('no pxectl.yaml: wrote');
    expect(await config()).toContain('default: debian-12');
  });

  it('a name, a file or an address that is not there writes nothing', async () => {
    const commands = [
      ['up', 'missing.iso'],
      ['up', 'ubuntuu-24.04'],
      ['fetch', './missing'],
      ['fetch', 'nope-1'],
    ];
    for (const command of commands) {
      expect((await cli(...command)).exitCode).toBe(5);
      await expect(stat(join(folder.path, 'pxectl.yaml'))).rejects.toThrow('ENOENT');
    }
    expect((await cli('fetch', 'debian-12', '--as', 'other')).exitCode).toBe(2);
    expect((await cli('fetch', '--from', iso, 'one', 'two')).exitCode).toBe(2);
  });

  describe('an address', () => {
    let mirror: LoopbackMirror;
    beforeAll(
      async () => (mirror = await startLoopbackMirror(new Map([['/download.iso', readFileSync(iso)]]))),
    );
    afterAll(() => mirror.close());

    it('fetch URL takes it under what it is', async () => {
      const fetch = () => pxectl(['fetch', `${mirror.url}/download.iso`], { cwd: folder.path });
      const { exitCode, stderr } = await fetch();
      expect(exitCode).toBe(0);
      expect(stderr).toContain('nobody vouches for');
      expect(stderr).toContain('ubuntu-20.04.3');
    });
  });
});

describe('address: auto', () => {
  const ip = (...args: string[]) => runOrThrow('ip', ['-n', network.namespace, ...args]);
  const up = () => cli('up', '--no-look', '--detach', '--engine', 'builtin');

  it('is what init writes; up serves where the interface is, and tells when that is elsewhere', async () => {
    await cli('fetch', 'debian-12');
    expect(await config()).toMatch(/interface: eno1\n.*\n {2}address: auto\n/);
    expect((await cli('render', '--for', 'bios')).stdout).toContain('192.168.1.50');
    expect((await up()).stderr).toContain('192.168.1.50');
    await ip('address', 'del', '192.168.1.50/24', 'dev', 'eno1');
    await ip('address', 'add', '192.168.1.77/24', 'dev', 'eno1');
    try {
      const moved = await cli('reload');
      expect(moved.exitCode).toBe(3);
      expect(moved.stderr).toContain('network.address cannot change while pxectl is up');
      expect((await cli('down')).exitCode).toBe(0);
      const again = await up();
      expect(again.stderr).toContain(
        'network: 192.168.1.77 on eno1 now, 192.168.1.50 on eno1 at the last up',
      );
      expect(again.stderr).toContain('TFTP and HTTP on 192.168.1.77');
      expect((await cli('down')).exitCode).toBe(0);
      // without any address nothing can be served, and all else works
      await ip('address', 'del', '192.168.1.77/24', 'dev', 'eno1');
      const without = await up();
      expect(without.exitCode).toBe(4);
      expect(without.stderr).toContain('the interface eno1 has no IPv4 address');
      expect((await cli('machines', 'add', '52:54:00:00:00:01')).exitCode).toBe(0);
      expect((await cli('images')).exitCode).toBe(0);
      const { stdout } = await cli('doctor');
      expect(stdout).toContain('network.address: auto stands for nothing');
    } finally {
      await ip('address', 'replace', '192.168.1.50/24', 'dev', 'eno1');
      await ip('route', 'replace', 'default', 'via', '192.168.1.1');
    }
  });
});
