import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runOrThrow } from '../../../src/platform/processes.ts';
import { configText, prepareState } from '../../support/engine/prepare-state.ts';
import { makeFolder, makePrivateNetwork, pxectl, type PrivateNetwork } from '../../support/pxectl-process.ts';

const CONFIG = configText('proxy', 'machines: [{ mac: 52:54:00:12:34:56, name: node-1 }]').replace(
  'br0',
  'eno1',
);

let folder: Awaited<ReturnType<typeof makeFolder>>;
let network: PrivateNetwork;
beforeAll(async () => (network = await makePrivateNetwork()));
afterAll(() => network.destroy());
beforeEach(async () => (folder = await makeFolder()));
afterEach(() => folder.remove());

describe('a folder with an odd name', () => {
  it.each(["a'b#c,d e", 'über 計"$(x)`y;z&', '%s\\n*[a]{b}'])(
    '%j serves with the built-in engine',
    async (name) => {
      const cwd = join(folder.path, name);
      const cli = (...args: string[]) => pxectl(args, { cwd, network });
      await mkdir(cwd);
      await prepareState(cwd, CONFIG);
      const up = await cli('up', '--detach', '--no-look', '--engine', 'auto');
      expect(up.stderr).toContain('up in the background');
      expect(up.exitCode).toBe(0);
      expect((await cli('status')).exitCode).toBe(0);
      expect((await cli('render')).exitCode).toBe(0);
      const down = await cli('down');
      expect(down.stderr).toContain('stopped');
    },
  );
});

describe('a disk that cannot be written to', () => {
  let cwd: string;
  beforeEach(async () => {
    cwd = join(folder.path, 'read-only');
    await mkdir(cwd);
    await prepareState(folder.path, CONFIG);
    await runOrThrow('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', cwd]);
    await chmod(cwd, 0o755);
    await runOrThrow('cp', ['-a', join(folder.path, '.pxectl'), join(folder.path, 'pxectl.yaml'), cwd]);
    await runOrThrow('mount', ['-o', 'remount,ro', cwd]);
  });
  afterEach(() => runOrThrow('umount', [cwd]));

  it('no command ends as a bug, and each says why', async () => {
    const reading = ['machines', 'down', 'images', 'logs', 'render', 'render --for uefi-x64'];
    const writing = [
      'up --no-look',
      'up --detach --no-look --engine builtin',
      'up --engine dnsmasq --no-look',
      'fetch debian-12 --offline',
      'images rm debian-12 --yes',
      'init --force --interface eno1',
      'machines add 52:54:00:00:00:09 --name x',
      'machines rm node-1',
      'export compose',
      'render --out x',
      'doctor --bundle x.tar.gz',
    ];
    for (const words of [...reading, ...writing]) {
      const { exitCode, stderr, stdout } = await pxectl(words.split(' '), { cwd, network });
      expect(`${stderr}${stdout}`, words).not.toContain('bug in pxectl');
      expect(exitCode, `${words}: ${stderr}`).not.toBe(70);
      if (reading.includes(words)) expect(exitCode, `${words}: ${stderr}`).toBe(0);
      else expect(`${words}: ${stderr}`).toMatch(/read-only|in use|no address|up here/);
    }
  });
});
