import { chmod, chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { run, type ProcessResult } from '../../src/platform/processes.ts';
import { configText } from '../support/engine/prepare-state.ts';
import { itNeeds } from '../support/external-tool.ts';
import { pxectl, pxectlCommand } from '../support/pxectl-process.ts';
import { useProject } from '../support/test-project.ts';

const NOBODY = 65534;
const MACHINE = 'machines: [{ mac: 52:54:00:12:34:56, name: node-1, install: { seed: seed.cfg } }]';

/** pxectl serves as root, and another user works in the same folder. */
describe('a pxectl that belongs to another user', () => {
  const project = useProject('all', configText('proxy', MACHINE).replace('br0', 'eno1'));
  const root = (...args: string[]) =>
    pxectl(args, { cwd: project.path, network: project.network, env: { SUDO_UID: String(NOBODY) } });
  const nobody = (args: string[], cwd = project.path): Promise<ProcessResult> => {
    const [file, [netns = '', exec = '', name = '', ...command]] = pxectlCommand(args, project.network);
    const user = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--inh-caps=-all'];
    return run(file, [netns, exec, name, ...user, ...command], {
      cwd,
      timeoutMs: 60_000,
      env: { PXECTL_CONFIG: '' },
    });
  };

  beforeAll(async () => {
    await writeFile(join(project.path, 'seed.cfg'), '');
    for (const path of [project.path, join(project.path, '.pxectl')]) {
      await chmod(path, 0o755);
      await chown(path, NOBODY, NOBODY);
    }
    expect((await root('up', '--no-look', '--detach', '--engine', 'builtin')).exitCode).toBe(0);
  });

  it.each([
    [['down'], 'sudo pxectl down'],
    [['reload'], 'sudo pxectl reload'],
    [['reload', '--dry-run'], 'sudo pxectl reload'],
    [['machines', 'disarm', 'node-1'], 'sudo pxectl machines disarm node-1'],
  ])('%j says whose it is and what to run', async (args, next) => {
    const { exitCode, stderr } = await nobody(args);
    expect(stderr).toContain('belongs to another user');
    expect(stderr).toContain(`next: ${next}`);
    expect(exitCode).toBe(4);
    expect((await root('status')).exitCode).toBe(0);
  });

  it('who is armed, readable for root alone, is nobody to others, and that is said', async () => {
    const state = join(project.path, '.pxectl/machines.json');
    expect((await root('machines', 'arm', '--yes', 'node-1')).exitCode).toBe(0);
    await chmod(state, 0o600);
    const { exitCode, stdout, stderr } = await nobody(['machines']);
    expect(stderr).toContain(`cannot access ${state}: permission denied: nobody is armed`);
    expect(stdout).toContain('idle');
    expect(exitCode).toBe(0);
    await root('machines', 'disarm', 'node-1');
  });

  it('is seen by everybody: up is a no-op, and says what changes nothing', async () => {
    const same = await nobody(['up']);
    expect(same.exitCode).toBe(0);
    expect(same.stderr).toContain('nothing to do');
    expect((await nobody(['up', 'debian-12'])).stderr).toContain('nothing changed; pxectl down first');
  });

  it('up --detach without privileges ends with the exit code of up', async () => {
    await root('down');
    await run('chown', ['-R', `${NOBODY}:${NOBODY}`, project.path]);
    const { exitCode, stderr } = await nobody(['up', '--no-look', '--detach', '--engine', 'builtin']);
    expect(stderr).toContain('--ambient-caps');
    expect(exitCode).toBe(4);
  });

  it('root writes no seed into his folder', async () => {
    const { exitCode, stderr } = await pxectl(['seeds', 'new', 'debian', '--to', 'seeds/x.cfg'], {
      ...{ cwd: project.path, network: project.network },
    });
    expect(stderr).toContain('belongs to another user');
    expect(exitCode).toBe(4);
  });

  itNeeds('dnsmasq')('dnsmasq without privileges is refused before it is started', async () => {
    const { exitCode, stderr } = await nobody(['up', '--no-look', '--engine', 'dnsmasq']);
    expect(stderr).toContain('next: sudo pxectl up --engine dnsmasq');
    expect(exitCode).toBe(4);
  });
});
