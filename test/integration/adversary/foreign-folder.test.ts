import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, chown, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identityOf } from '../../../src/platform/process-identity.ts';
import { run } from '../../../src/platform/processes.ts';
import { configText } from '../../support/engine/prepare-state.ts';
import { makeFolder, pxectl } from '../../support/pxectl-process.ts';

const OTHER = 65534;

/** Root runs pxectl in a folder that somebody else can change. */
describe('a folder of another user', () => {
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  const at = (name: string): string => join(folder.path, name);
  const root = (args: readonly string[], env: Record<string, string> = {}, cwd = folder.path) =>
    pxectl(args, { cwd, env: { SUDO_UID: '', PXECTL_SAFE_DIRECTORY: '', ...env } });

  beforeEach(async () => {
    folder = await makeFolder();
    await mkdir(at('.pxectl/run'), { recursive: true });
    await writeFile(at('pxectl.yaml'), configText());
  });
  afterEach(() => folder.remove());

  it('no command obeys it; the message names the file and both ways out', async () => {
    await run('chown', ['-R', `${OTHER}:${OTHER}`, folder.path]);
    const commands = [
      'up --no-look',
      'down',
      'status',
      'reload',
      'render',
      'machines',
      'images',
      'init --force',
      'logs',
    ];
    const results = await Promise.all(commands.map((words) => root(words.split(' '))));
    for (const [index, { exitCode, stderr }] of results.entries()) {
      expect(stderr, commands[index]).toContain(`${folder.path} belongs to another user (uid ${OTHER})`);
      expect(stderr).toContain(`export PXECTL_SAFE_DIRECTORY=${folder.path}`);
      expect(exitCode).toBe(4);
    }
    expect((await root(['machines'], { SUDO_UID: String(OTHER) })).exitCode).toBe(0);
    expect((await root(['machines'], { PXECTL_SAFE_DIRECTORY: `/srv:${folder.path}/` })).exitCode).toBe(0);
  });

  it.each(['pxectl.yaml', '.pxectl', '.pxectl/run', '.pxectl/machines.json'])(
    '%s of another user',
    async (name) => {
      await writeFile(at('.pxectl/machines.json'), '{}');
      await chown(at(name), OTHER, OTHER);
      const { exitCode, stderr } = await root(['status']);
      expect(stderr).toContain(`${at(name)} belongs to another user`);
      expect(exitCode).toBe(4);
    },
  );

  it('a folder above that belongs to another user, who could put another in its place while it is up', async () => {
    await mkdir(at('work/shared'), { recursive: true });
    await writeFile(at('work/shared/pxectl.yaml'), configText());
    await chown(at('work'), OTHER, OTHER);
    const { exitCode, stderr } = await root(['status'], {}, at('work/shared'));
    expect(stderr).toContain(`${at('work')} belongs to another user (uid ${OTHER})`);
    expect(stderr).toContain(`export PXECTL_SAFE_DIRECTORY=${at('work/shared')}`);
    expect(exitCode).toBe(4);
    await symlink(at('work/shared'), at('link'));
    const throughLink = await root(['status', '--config', at('link/pxectl.yaml')]);
    expect(throughLink.stderr).toContain(`${at('work')} belongs to another user`);
    const calledSudo = await root(['machines'], { SUDO_UID: String(OTHER) }, at('work/shared'));
    expect(calledSudo.exitCode).toBe(0);
  });

  it('a folder above that everybody may write to: one where nobody renames what is another’s is fine', async () => {
    await mkdir(at('work/shared'), { recursive: true });
    await writeFile(at('work/shared/pxectl.yaml'), configText());
    await chmod(at('work'), 0o777);
    const { exitCode, stderr } = await root(['machines'], {}, at('work/shared'));
    expect(stderr).toContain(`everybody may write to ${at('work')}`);
    expect(exitCode).toBe(4);
    await chmod(at('work'), 0o1777);
    expect((await root(['machines'], {}, at('work/shared'))).exitCode).toBe(0);
  });

  it('a file planted in a folder above that everybody may write to', async () => {
    await mkdir(at('work'));
    await chmod(folder.path, 0o1777);
    await chown(at('pxectl.yaml'), OTHER, OTHER);
    const { exitCode, stderr } = await root(['up', '--no-look'], {}, at('work'));
    expect(stderr).toContain(`everybody may write to ${folder.path}`);
    expect(exitCode).toBe(4);
  });

  it.each(['.pxectl/run', '.pxectl/events.jsonl', '.pxectl/machines.json'])('%s as a link', async (name) => {
    await writeFile(at('precious'), 'precious');
    await rm(at(name), { recursive: true, force: true });
    await symlink(at('precious'), at(name));
    const { exitCode, stderr } = await root(['up', '--no-look']);
    expect(stderr).toContain(`${at(name)} is a link`);
    expect(exitCode).toBe(4);
    expect(await readFile(at('precious'), 'utf8')).toBe('precious');
  });

  describe('with a process that is not pxectl', () => {
    let sleeper: ChildProcess;
    beforeEach(() => (sleeper = spawn('sleep', ['60'], { stdio: 'ignore', detached: true })));
    afterEach(() => sleeper.kill('SIGKILL'));

    it.each(['session.json', 'dnsmasq.process.json', 'nginx.process.json', 'lock'])(
      'down and reload leave it alone when %s names it',
      async (name) => {
        const identity = await identityOf(sleeper.pid ?? 0);
        const file = name === 'lock' ? `.lock-up.${identity?.pid}.${identity?.startTime}.0a1b2c3d` : name;
        const record = name === 'session.json' ? { process: identity, description: 'a trap' } : identity;
        await writeFile(at(`.pxectl/run/${file}`), JSON.stringify(record));
        expect((await root(['down'])).stderr).toContain('nothing is up here');
        expect((await root(['reload'])).exitCode).not.toBe(0);
        expect(await identityOf(sleeper.pid ?? 0)).toEqual(identity);
      },
    );
  });
});
