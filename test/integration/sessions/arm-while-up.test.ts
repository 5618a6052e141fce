import { spawn } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openMachineStates } from '../../../src/machines/machine-states.ts';
import { writeState } from '../../../src/machines/state-file.ts';
import { identityOf } from '../../../src/platform/process-identity.ts';
import type { MacAddress } from '../../../src/protocol/addresses.ts';
import { readEvents } from '../../../src/watch/read-events.ts';
import { CONFIG, ended, useProject } from '../../support/test-project.ts';

const project = useProject();
const { cli, configure, up } = project;

describe('machines arm and disarm while it is up', () => {
  it('holds on the disk when that pxectl is just stopping', async () => {
    await configure(WITH_MACHINES);
    await writeFile(join(project.path, 'seed.cfg'), '# preseed\n');
    await up();
    const arm = () => cli('machines', 'arm', 'pc1', '--yes');
    const calls = await Promise.all([cli('down'), arm(), arm(), arm()]);
    expect(calls.map(({ exitCode, stderr }) => [exitCode, stderr])).toEqual(
      calls.map(() => [0, expect.stringMatching(/stopped|pc1 is armed/) as string]),
    );
    expect((await cli('machines')).stdout).toMatch(/pc1 .*ARMED/);
  });

  const MAC = '52:54:00:12:34:56';
  const WITH_MACHINES = [
    CONFIG,
    'machines:',
    `  - { mac: "${MAC}", name: pc1, install: { seed: seed.cfg } }`,
    '  - { mac: "52:54:00:12:34:57", name: pc2, install: { seed: seed.cfg } }',
    '',
  ].join('\n');
  const menuOf = (mac: string) =>
    readFile(join(project.layout.httpRoot, 'machines', `${mac.replaceAll(':', '-')}.ipxe`), 'utf8');

  it('an install that was left alone while nobody served is given up, and told with its finding', async () => {
    await configure(WITH_MACHINES);
    await writeFile(join(project.path, 'seed.cfg'), '# preseed\n');
    const spent = {
      at: new Date(Date.now() - 7 * 3_600_000).toISOString(),
      armedBy: 'me',
      token: 'a'.repeat(32),
    };
    await writeState(project.layout, new Map([[MAC as MacAddress, { spent }]]));
    expect((await cli('machines')).stdout).toMatch(/pc1 .*installing/);
    await up();
    await expect
      .poll(async () => (await cli('machines')).stdout)
      .toMatch(/pc1 .*unreported .*install-never-reported/);
    const events = await readEvents(project.layout.events);
    expect(events.filter(({ type }) => type === 'install.unreported')).toMatchObject([{ mac: MAC }]);
    expect((await cli('machines', 'show', 'pc1')).stdout).toContain('unreported');
    expect(await menuOf(MAC)).not.toContain('/seed/');
  });

  it('is served when it is said, although another change cannot be applied', async () => {
    await configure(WITH_MACHINES);
    await writeFile(join(project.path, 'seed.cfg'), '# preseed\n');
    expect((await cli('machines', 'arm', 'pc1', 'pc2', '--yes')).exitCode).toBe(0);
    const pid = await up();
    expect(await menuOf(MAC)).toContain('/seed/');

    await configure(WITH_MACHINES.replace('port: 8080', 'port: 8090'));
    const disarmed = await cli('machines', 'disarm', 'pc1', 'pc2', '--json');
    expect(disarmed.stderr).toContain('pc1 is disarmed');
    expect(JSON.parse(disarmed.stdout)).toMatchObject({ changed: true, confirmedBy: pid });
    for (const mac of [MAC, '52:54:00:12:34:57']) expect(await menuOf(mac)).not.toContain('/seed/');
    expect((await cli('machines', 'arm', 'pc2', '--yes')).exitCode).toBe(0);
    expect(await menuOf('52:54:00:12:34:57')).toContain('/seed/');
    expect(await menuOf(MAC)).not.toContain('/seed/');

    // nothing is armed from a file that cannot be read, and everything is disarmed
    await configure(`${WITH_MACHINES}\n  - half a line [`);
    expect((await cli('machines', 'arm', 'pc1', '--yes')).exitCode).toBe(3);
    expect(await cli('status')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining(`(pid ${pid})`) as string,
      stderr: expect.stringContaining('pxectl.yaml') as string,
    });
    expect((await cli('logs')).exitCode).toBe(0);
    const halfEdited = await cli('machines', 'disarm', 'pc2');
    expect(halfEdited.stderr).toContain('the running pxectl is asked all the same');
    expect(halfEdited.stderr).toContain('pc2 is disarmed');
    expect(halfEdited.exitCode).toBe(0);
    expect(await menuOf('52:54:00:12:34:57')).not.toContain('/seed/');
    expect((await cli('machines', 'disarm', 'pc2', 'pc3')).stderr).toContain('there is no machine pc3');
  });

  it('an order is for what the file says, and is none where something else is in force', async () => {
    const [mac1, mac2] = [MAC, '52:54:00:12:34:57'];
    const two = WITH_MACHINES.replace(
      'name: pc2, install: { seed: seed.cfg',
      'name: pc2, install: { seed: other.cfg',
    );
    await configure(two);
    for (const name of ['seed.cfg', 'other.cfg']) await writeFile(join(project.path, name), '# preseed\n');
    await up();
    const swapped = two.replaceAll(mac1, 'first').replaceAll(mac2, mac1).replaceAll('first', mac2);
    await configure(swapped);
    for (const command of [['machines', 'arm'], ['install']]) {
      const { exitCode, stderr } = await cli(...command, 'pc1', '--yes');
      expect([exitCode, stderr]).toEqual([
        2,
        expect.stringContaining(`pc1 is not armed: in force, ${mac2} is pc2 with the seed `),
      ]);
      expect(stderr).toContain('pxectl reload');
    }
    expect((await openMachineStates(project.layout).known()).installs.size).toBe(0);
    expect((await cli('reload')).exitCode).toBe(0);
    expect((await cli('machines', 'arm', 'pc1', '--yes')).exitCode).toBe(0);

    // one that is in the file alone is armed for what the file says, and for nothing else
    const third = (seed: string) =>
      `${swapped.trimEnd()}\n  - { mac: "52:54:00:12:34:58", name: pc3, install: { seed: ${seed} } }\n`;
    await configure(third('seed.cfg'));
    expect((await cli('machines', 'arm', 'pc3', '--yes')).exitCode).toBe(0);
    await configure(third('other.cfg'));
    expect((await cli('reload')).stderr).toContain('disarmed, since');
    expect((await cli('machines')).stdout).not.toMatch(/pc3 .*ARMED/);
  });

  it('a reload that ends orders tells whose', async () => {
    await configure(WITH_MACHINES);
    for (const name of ['seed.cfg', 'other.cfg']) await writeFile(join(project.path, name), '# preseed\n');
    await up();
    expect((await cli('machines', 'arm', 'pc1', 'pc2', '--yes')).exitCode).toBe(0);
    // another seed for one, and the other is not there any more
    const changed = WITH_MACHINES.split('\n').filter((line) => !line.includes('pc2'));
    await configure(changed.join('\n').replace('seed.cfg', 'other.cfg'));
    const { exitCode, stdout, stderr } = await cli('reload', '--json');
    expect(exitCode).toBe(0);
    expect(stderr).toContain(
      `disarmed, since the configuration has no such install any more: pc1 (${MAC}), pc2 (52:54:00:12:34:57)`,
    );
    const { lapsed } = JSON.parse(stdout) as { lapsed: unknown };
    expect(lapsed).toEqual([
      { name: 'pc1', mac: MAC, key: MAC },
      { name: 'pc2', mac: '52:54:00:12:34:57', key: '52:54:00:12:34:57' },
    ]);
    expect((await cli('reload')).stderr).not.toContain('disarmed');
  });

  it('a disarm in the midst of reloads holds, and closes the seed of a machine that is installing', async () => {
    await configure(WITH_MACHINES);
    await writeFile(join(project.path, 'seed.cfg'), '# preseed\n');
    await up();
    expect((await cli('machines', 'arm', 'pc1', 'pc2', '--yes')).exitCode).toBe(0);
    const [reloaded, disarmed] = await Promise.all([
      cli('reload'),
      cli('machines', 'disarm', 'pc1'),
      cli('reload'),
    ]);
    expect([reloaded.exitCode, disarmed.exitCode]).toEqual([0, 0]);
    expect(await menuOf(MAC)).not.toContain('/seed/');
    expect(await menuOf('52:54:00:12:34:57')).toContain('/seed/');
    const states = openMachineStates(project.layout);
    const pc2 = '52:54:00:12:34:57' as MacAddress;
    const token = (await states.known()).tokens.get(pc2)?.secret;
    await states.spend(pc2, new Date().toISOString(), token);
    const late = await cli('machines', 'disarm', 'pc2');
    expect(late.stderr).toContain('pc2 fetched its seed');
    expect(late.exitCode).toBe(0);
    expect(
      (await openMachineStates(project.layout).known()).installs.get('52:54:00:12:34:57' as MacAddress),
    ).toEqual({
      kind: 'not-armed',
    });
  });

  it('a disarm that the running one does not confirm is told as that, and an arm is not done', async () => {
    await configure(WITH_MACHINES);
    await writeFile(join(project.path, 'seed.cfg'), '# preseed\n');
    expect((await cli('machines', 'arm', 'pc1', '--yes')).exitCode).toBe(0);
    const pid = await up();
    process.kill(pid, 'SIGKILL');
    await ended(pid);
    // a process that is there and does not listen: as a pxectl that hangs
    const record = await readFile(join(project.layout.run, 'session.json'), 'utf8');
    const hanging = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'pxectl'], {
      stdio: 'ignore',
    });
    onTestFinished(() => void hanging.kill('SIGKILL'));
    const identity = await identityOf(hanging.pid ?? 0);
    const dead = JSON.stringify({ ...(JSON.parse(record) as object), process: identity });
    await writeFile(join(project.layout.run, 'session.json'), dead);
    // each waits for one that might only be stopping
    const [arm, disarm] = await Promise.all([
      cli('machines', 'arm', 'pc2', '--yes'),
      cli('machines', 'disarm', 'pc1'),
    ]);
    expect(arm.exitCode).toBe(6);
    expect(arm.stderr).toContain('nobody listens on');
    expect(disarm.exitCode).toBe(6);
    expect(disarm.stderr).toContain('pc1: disarmed on disk, but the running pxectl');
    expect(disarm.stderr).toContain('may still install');
    await rm(join(project.layout.run, 'session.json'));
    const { machines } = JSON.parse((await cli('machines', '--json')).stdout) as { machines: object[] };
    expect(machines).toMatchObject([{ name: 'pc1', isArmed: false }, { name: 'pc2' }]);
  });
});
