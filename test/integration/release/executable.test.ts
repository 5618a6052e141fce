import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { run } from '../../../src/platform/processes.ts';
import { itNeeds } from '../../support/external-tool.ts';
import { makeFolder, makePrivateNetwork, type PrivateNetwork } from '../../support/pxectl-process.ts';
import { builtExecutable, builtRelease } from '../../support/release/built-release.ts';
import {
  eventsIn,
  expectEveryHelp,
  expectPackagedFiles,
  expectServes,
  prepareServed,
  type RunShipped,
} from '../../support/release/shipped-program.ts';
import { makeSystemWithoutNode } from '../../support/release/without-node.ts';

const CAPTURE = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'captures', 'uefi-ipxe.pcap');
const it = itNeeds('root', 'ip', 'flock', 'curl');
const system = makeSystemWithoutNode();
let executable: string;
let network: PrivateNetwork;
let folder: Awaited<ReturnType<typeof makeFolder>>;
beforeAll(async () => {
  [executable, network, folder] = [await builtExecutable(), await makePrivateNetwork(), await makeFolder()];
}, 600_000);
afterAll(async () => {
  await network.destroy();
  await folder.remove();
  system.remove();
});

/** With nothing in the environment but what `system` has. */
const pxectl: RunShipped = (...args) => inPlace([], {}, ...args);

function inPlace(
  before: readonly string[],
  env: Readonly<Record<string, string>>,
  ...args: readonly string[]
) {
  const words = Object.entries({ ...system.env, ...env }).map(([name, value]) => `${name}=${value}`);
  const command = ['netns', 'exec', network.namespace, 'env', '-i', ...words, ...before, executable, ...args];
  return run('ip', command, { cwd: folder.path, timeoutMs: 100_000, input: 'a password\n' });
}

describe('the single executable, where there is no Node', () => {
  it('says that it is one', async () => {
    expect(
      (await run('env', ['-i', `PATH=${system.env.PATH}`, 'sh', '-c', 'command -v node'])).exitCode,
    ).not.toBe(0);
    const { stdout } = await pxectl('version', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'pxectl.version/1',
      form: 'executable',
      arch: process.arch,
    });
  });

  it('answers --help to every command', () => expectEveryHelp(pxectl, 1), 120_000);

  it('has knowledge, templates and seeds in it', () => expectPackagedFiles(pxectl, folder.path), 120_000);

  it(
    'serves in the background, with the dashboard and koffi in it',
    () => expectServes(pxectl, folder.path, network),
    120_000,
  );

  it('serves without koffi where no folder lets programs be loaded, and says what to do', async () => {
    // but for the executable's own folder
    const home = dirname(executable);
    const noexec = ['/tmp', '/run', '/var/tmp']
      .map((place) => `mount --bind ${place} ${place} && mount -o remount,bind,noexec ${place}`)
      .concat(`mount --bind ${home} ${home} && mount -o remount,bind,exec ${home}`)
      .join(' && ');
    const there = ['unshare', '--mount', 'sh', '-c', `${noexec} && exec "$@"`, 'sh'];
    await prepareServed(folder.path);
    const { exitCode, stderr } = await inPlace(there, {}, 'up', '--detach', '--no-look');
    expect(exitCode, stderr).toBe(0);
    await pxectl('down');
    expect(await eventsIn(folder.path)).toMatch(/are heard as well.*set TMPDIR/);
  }, 120_000);

  it('does not take what is meant for the user’s own Node', async () => {
    const { exitCode, stdout } = await inPlace([], { NODE_OPTIONS: '--require /nowhere.cjs' }, '--version');
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/^\d/)]);
  });
});

describe('the one for arm64', () => {
  itNeeds('qemu-aarch64-static', 'flock')(
    'runs',
    async () => {
      const arm = join(await builtRelease(), 'pxectl-linux-arm64');
      const emulated = (...args: readonly string[]) =>
        run('qemu-aarch64-static', ['-L', '/usr/aarch64-linux-gnu', arm, ...args], {
          cwd: folder.path,
          timeoutMs: 100_000,
        });
      await prepareServed(folder.path);
      expect((await emulated('version')).stdout).toContain('a single executable, linux arm64');
      expect((await emulated('doctor', '--pcap', CAPTURE)).stdout).toContain('nothing wrong found');
      const rendered = await emulated('render', '--for', 'uefi-arm64');
      expect(rendered.exitCode, rendered.stderr).toBe(0);
    },
    200_000,
  );
});
