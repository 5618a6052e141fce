import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findContainerProcesses } from '../../../src/engine/docker/container-processes.ts';
import { startLabDocker, type LabDocker } from '../../../src/lab/lab-docker.ts';
import { identityOf } from '../../../src/platform/process-identity.ts';
import { run } from '../../../src/platform/processes.ts';
import { createEngineLab, whySkipped, type EngineLab } from '../../support/engine/engine-lab.ts';
import { configText, prepareState } from '../../support/engine/prepare-state.ts';
import { pxectl } from '../../support/pxectl-process.ts';

const skip = await whySkipped('docker');

/** Containers go on when their Docker Engine is killed: nobody must be told that they have stopped. */
describe.skipIf(skip !== undefined)('a Docker Engine that is gone', () => {
  let lab: EngineLab;
  let again: LabDocker | undefined;
  beforeAll(async () => {
    lab = await createEngineLab({ yaml: configText(), withDocker: true });
  }, 120_000);
  afterAll(async () => {
    for (const { pid } of lab ? await findContainerProcesses(lab.layout) : []) process.kill(pid, 'SIGKILL');
    await again?.stop();
    // an Engine that was killed leaves its folder mounted on itself
    if (lab) await run('umount', ['--lazy', join(lab.folder, 'docker/data')]);
    await lab?.destroy();
  }, 60_000);

  const cli = (...args: string[]) =>
    pxectl(args, {
      cwd: lab.folder,
      env: lab.environment,
      network: { namespace: lab.lan.namespaceOf('lan'), destroy: async () => undefined },
      timeoutMs: 120_000,
    });
  const pidIn = async (file: string): Promise<number> =>
    Number(await readFile(join(lab.folder, 'docker', file), 'utf8'));
  const isServing = async (): Promise<boolean> =>
    (await lab.lan.execIn('client', 'curl', ['-sf', '-m', '5', 'http://192.168.1.50:8080/boot.ipxe']))
      .exitCode === 0;

  it('down and status say what goes on, up does not blame somebody else, and down ends it with the Engine', async () => {
    const up = await cli('up', '--no-look', '--detach', '--engine', 'docker');
    expect(up.stderr).toContain('up in the background');
    const other = await mkdtemp(join(tmpdir(), 'pxectl-engine-'));
    await prepareState(other, configText());
    const second = await cli(
      '--config',
      join(other, 'pxectl.yaml'),
      'up',
      '--no-look',
      '--engine',
      'builtin',
    );
    await rm(other, { recursive: true });
    expect(second.stderr).toContain(`is taken by the pxectl of ${lab.folder} (`);

    const dockerd = await pidIn('dockerd.pid');
    const containerd = await pidIn('exec/containerd/containerd.pid');
    process.kill(dockerd, 'SIGKILL');
    await expect.poll(() => identityOf(dockerd), { timeout: 20_000 }).toBeUndefined();
    expect(await isServing()).toBe(true);
    const running = await findContainerProcesses(lab.layout);
    expect(running.map(({ name }) => name).sort()).toEqual(['dnsmasq', 'nginx']);

    const down = await cli('down');
    expect(down.exitCode).toBe(4);
    expect(down.stderr).not.toContain('stopped');
    expect(down.stderr).toContain('containers of pxectl go on answering machines');
    expect(down.stderr).toContain('sudo systemctl start docker, then pxectl down');

    const status = await cli('status');
    expect(status.exitCode).toBe(1);
    for (const { name, pid } of running)
      expect(status.stdout).toContain(`${name} in a container (pid ${pid})`);
    expect((await cli('up', '--no-look', '--engine', 'builtin')).stderr).toContain(
      'containers of pxectl go on',
    );
    expect(await isServing()).toBe(true);

    // a new Engine would wait for the old one's containerd, and takes a zombie for one that runs
    await expect.poll(() => existsSync(`/proc/${containerd}`), { timeout: 60_000 }).toBe(false);
    again = await startLabDocker(lab.lan, lab.folder);
    expect((await cli('down')).exitCode).toBe(0);
    await expect.poll(() => findContainerProcesses(lab.layout), { timeout: 20_000 }).toEqual([]);
    expect(await isServing()).toBe(false);
    expect((await cli('status')).stdout).toContain('not up; pxectl up starts it');
  }, 180_000);
});
