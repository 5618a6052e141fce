import { spawnSync } from 'node:child_process';
import { chown, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import { itNeeds } from '../../support/external-tool.ts';
import { run } from '../../../src/platform/processes.ts';
import { pxectlCommand } from '../../support/pxectl-process.ts';
import { ended, useProject } from '../../support/test-project.ts';

/** A user that nobody is. */
const STRANGER = 64_321;

const project = useProject();
const { cli, up } = project;

interface Told {
  readonly pid: number;
  readonly configPath: string;
  readonly uid: number;
}
/** Other tests have sessions too. */
const mine = async (): Promise<readonly Told[]> => {
  const { stdout } = await cli('status', '--all', '--json');
  const { sessions } = JSON.parse(stdout) as { sessions: Told[] };
  return sessions.filter(({ configPath }) => configPath.startsWith(project.path));
};

describe('status --all', () => {
  itNeeds('root')('lists who serves, also to other users, and nobody who was killed', async () => {
    const pid = await up();
    expect(await mine()).toMatchObject([{ pid, uid: 0, configPath: join(project.path, 'pxectl.yaml') }]);
    expect((await cli('status', '--all')).stdout).toMatch(new RegExp(`^${pid} +root .*${project.path}`, 'm'));
    const [file, args] = pxectlCommand(['status', '--all'], project.network);
    const user = [
      'setpriv',
      `--reuid=${STRANGER}`,
      `--regid=${STRANGER}`,
      '--clear-groups',
      '--inh-caps=-all',
    ];
    const asStranger = await run(file, [...args.slice(0, 3), ...user, ...args.slice(3)], {
      ...{ cwd: '/', timeoutMs: 60_000, env: { PXECTL_CONFIG: '' } },
    });
    expect(asStranger.stdout).toContain(project.path);
    const entry = `/run/pxectl/${pid}.json`;
    process.kill(pid, 'SIGKILL');
    await ended(pid);
    expect(await mine()).toEqual([]);
    await expect(stat(entry)).rejects.toThrow('ENOENT');
    await up();
    await cli('down');
    expect(await mine()).toEqual([]);
  });

  itNeeds('root', 'mkfifo')('believes nobody who tells of a process that is not his', async () => {
    const pid = await up();
    const told = await readFile(`/run/pxectl/${pid}.json`, 'utf8');
    const folder = `/run/user/${STRANGER}/pxectl`;
    onTestFinished(() => rm(`/run/user/${STRANGER}`, { recursive: true, force: true }));
    await mkdir(folder, { recursive: true });
    const plant = async (name: string, text: string): Promise<void> => {
      await writeFile(join(folder, name), text);
      await chown(join(folder, name), STRANGER, STRANGER);
    };
    for (const path of [`/run/user/${STRANGER}`, folder]) await chown(path, STRANGER, STRANGER);
    await plant(`${pid}.json`, told.replace(project.path, `${project.path}/planted\\u001b[31m`));
    await plant('1.json', 'no JSON');
    await plant('2.json', 'x'.repeat(100_000));
    spawnSync('mkfifo', [join(folder, '3.json')]);
    spawnSync('ln', ['-s', '/dev/zero', join(folder, '4.json')]);
    expect(await mine()).toMatchObject([{ pid, uid: 0, configPath: join(project.path, 'pxectl.yaml') }]);
    // what is another's is not touched
    expect((await stat(join(folder, '1.json'))).isFile()).toBe(true);
  });
});
