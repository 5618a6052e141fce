import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { version } from '../../../.ci/release/project.ts';
import { run, runOrThrow } from '../../../src/platform/processes.ts';
import { itNeeds } from '../../support/external-tool.ts';
import { makeFolder, makePrivateNetwork, type PrivateNetwork } from '../../support/pxectl-process.ts';
import { builtRelease } from '../../support/release/built-release.ts';
import {
  expectEveryHelp,
  expectPackagedFiles,
  expectServes,
  type RunShipped,
} from '../../support/release/shipped-program.ts';

let tarball: string;
let network: PrivateNetwork;
let folder: Awaited<ReturnType<typeof makeFolder>>;
beforeAll(async () => {
  tarball = join(await builtRelease(), `pxectl-${version}.tgz`);
  [network, folder] = [await makePrivateNetwork(), await makeFolder()];
  // as a user does it, but for scripts: nothing may need them
  const options = [
    '--prefix',
    join(folder.path, 'prefix'),
    '--ignore-scripts',
    '--prefer-offline',
    '--no-audit',
  ];
  await runOrThrow('npm', ['install', '--global', ...options, tarball], {
    cwd: folder.path,
    timeoutMs: 300_000,
  });
  await mkdir(join(folder.path, 'home'));
}, 600_000);
afterAll(async () => {
  await network.destroy();
  await folder.remove();
});

const installed = (): string => join(folder.path, 'prefix', 'lib', 'node_modules', 'pxectl');
const pxectl: RunShipped = (...args) => {
  const program = join(folder.path, 'prefix', 'bin', 'pxectl');
  return run('ip', ['netns', 'exec', network.namespace, program, ...args], {
    cwd: folder.path,
    env: { HOME: join(folder.path, 'home'), NO_COLOR: '1' },
    input: 'a password\n',
    timeoutMs: 100_000,
  });
};

describe('the npm package', () => {
  it('has what users need in it, and nothing else', async () => {
    const { stdout } = await runOrThrow('tar', ['--list', '--file', tarball]);
    const names = stdout
      .trim()
      .split('\n')
      .map((line) => line.replace(/^package\//, ''));
    const expected =
      /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|bin\/pxectl\.js|(dist|docs|templates)\/.+|src\/doctor\/knowledge\/data\/.+\.json)$/;
    expect(names.filter((name) => !expected.test(name))).toEqual([]);
    expect(names.filter((name) => /\.tsx?$|\.pem$|\.env|\.pxectl\//.test(name))).toEqual([]);
    for (const needed of [
      'bin/pxectl.js',
      'dist/cli/main.js',
      'dist/ui/index.html',
      'dist/LICENSES.txt',
      'templates/boot.ipxe.hbs',
    ]) {
      expect(names).toContain(needed);
    }
  });

  it('brings two optional packages, and none that is compiled or runs a script', async () => {
    const manifest = JSON.parse(await readFile(join(installed(), 'package.json'), 'utf8')) as Record<
      string,
      object
    >;
    expect(Object.keys(manifest['optionalDependencies'] ?? {})).toEqual(['koffi', 'openpgp']);
    expect([manifest['dependencies'], manifest['devDependencies'], manifest['scripts']]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  itNeeds(
    'root',
    'ip',
    'curl',
    'flock',
  )(
    'runs from an empty prefix',
    async () => {
      const told = JSON.parse((await pxectl('version', '--json', '--check')).stdout) as object;
      expect(told).toMatchObject({
        form: 'npm',
        version,
        check: expect.stringContaining('npm view pxectl') as string,
      });
      await expectEveryHelp(pxectl, 2);
      await expectPackagedFiles(pxectl, folder.path);
      await expectServes(pxectl, folder.path, network);
    },
    300_000,
  );
});
