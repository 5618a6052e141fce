import { chmod, chown, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run, type ProcessResult } from '../../src/platform/processes.ts';
import { configText, prepareState } from '../support/engine/prepare-state.ts';
import { itNeeds } from '../support/external-tool.ts';
import {
  makeFolder,
  makePrivateNetwork,
  pxectl,
  pxectlCommand,
  type PrivateNetwork,
} from '../support/pxectl-process.ts';

const NOBODY = 65534;

/** pxectl serves as root, and another user works in the same folder. */
describe('a pxectl that belongs to another user', () => {
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let network: PrivateNetwork;
  const root = (...args: string[]) =>
    pxectl(args, { cwd: folder.path, network, env: { SUDO_UID: String(NOBODY) } });
  const nobody = (args: string[], cwd = folder.path): Promise<ProcessResult> => {
    const [file, [netns = '', exec = '', name = '', ...command]] = pxectlCommand(args, network);
    const user = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--inh-caps=-all'];
    return run(file, [netns, exec, name, ...user, ...command], {
      cwd,
      timeoutMs: 60_000,
      env: { PXECTL_CONFIG: '' },
    });
  };

  beforeAll(async () => {
    folder = await makeFolder();
    network = await makePrivateNetwork();
    await writeFile(join(folder.path, 'seed.cfg'), '');
    const machine = 'machines: [{ mac: 52:54:00:12:34:56, name: node-1, install: { seed: seed.cfg } }]';
    await prepareState(folder.path, configText('proxy', machine).replace('br0', 'eno1'));
    for (const path of [folder.path, join(folder.path, '.pxectl')]) {
      await chmod(path, 0o755);
      await chown(path, NOBODY, NOBODY);
    }
    expect((await root('up', '--no-look', '--detach', '--engine', 'builtin')).exitCode).toBe(0);
  });
  afterAll(async () => {
    await root('down');
    await network.destroy();
    await folder.remove();
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
    const state = join(folder.path, '.pxectl/machines.json');
    expect((await root('machines', 'arm', '--yes', 'node-1')).exitCode).toBe(0);
    await chmod(state, 0o600);
    const { exitCode, stdout, stderr } = await nobody(['machines']);
    expect(stderr).toContain(`cannot access ${state}: permission denied: nobody is armed`);
    expect(stdout).toContain('not armed');
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
    await run('chown', ['-R', `${NOBODY}:${NOBODY}`, folder.path]);
    const { exitCode, stderr } = await nobody(['up', '--no-look', '--detach', '--engine', 'builtin']);
    expect(stderr).toContain('--ambient-caps');
    expect(exitCode).toBe(4);
  });

  itNeeds('dnsmasq')('dnsmasq without privileges is refused before it is started', async () => {
    const { exitCode, stderr } = await nobody(['up', '--no-look', '--engine', 'dnsmasq']);
    expect(stderr).toContain('next: sudo pxectl up --engine dnsmasq');
    expect(exitCode).toBe(4);
  });
});
