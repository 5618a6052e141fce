import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { start } from '../../../src/platform/long-running.ts';
import { prepareState } from '../../support/engine/prepare-state.ts';
import { itNeeds } from '../../support/external-tool.ts';
import { makeFolder, pxectl, pxectlCommand } from '../../support/pxectl-process.ts';
import { CONFIG, ended, useProject } from '../../support/test-project.ts';

const project = useProject();
const { cli, up } = project;

describe('servers of a pxectl', () => {
  itNeeds('dnsmasq')('that outlive a killed one are named by status, and ended by down', async () => {
    const pid = await up('dnsmasq');
    process.kill(pid, 'SIGKILL');
    await ended(pid);
    const { pid: dnsmasq } = JSON.parse(
      await readFile(join(project.layout.run, 'dnsmasq.process.json'), 'utf8'),
    ) as {
      pid: number;
    };
    const status = await cli('status');
    expect(status.exitCode).toBe(1);
    expect(status.stdout).toContain(`goes on answering machines: dnsmasq (pid ${dnsmasq})`);
    expect(status.stdout).toContain('pxectl down ends it');
    const { leftovers } = JSON.parse((await cli('status', '--json')).stdout) as { leftovers: string[] };
    expect(leftovers[0]).toBe(`dnsmasq (pid ${dnsmasq})`);
    expect((await cli('down', '--dry-run')).stderr).toContain(`would stop dnsmasq (pid ${dnsmasq})`);
    expect((await cli('down')).stderr).toContain(`ended dnsmasq (pid ${dnsmasq})`);
    await ended(dnsmasq);
    expect((await cli('status')).stdout).toContain('not up; pxectl up starts it');
  });

  itNeeds('dnsmasq')('that hold a port of another one are told by its folder', async () => {
    await up('dnsmasq');
    const other = await makeFolder();
    try {
      await prepareState(other.path, CONFIG);
      for (const engine of ['builtin', 'dnsmasq']) {
        const second = await pxectl(['up', '--no-look', '--engine', engine], {
          cwd: other.path,
          network: project.network,
        });
        expect(second.exitCode).toBe(4);
        expect(second.stderr).toContain(`taken by the pxectl of ${project.path}`);
        expect(second.stderr).toContain(`pxectl --config ${join(project.path, 'pxectl.yaml')} down`);
        expect(second.stderr).not.toContain('systemctl');
      }
    } finally {
      await other.remove();
    }
  });
});

describe('two at once', () => {
  it('the second waits for the first, and says who is up', async () => {
    const both = await Promise.all([
      cli('up', '--no-look', '--detach', '--engine', 'builtin'),
      cli('up', '--no-look', '--detach', '--engine', 'builtin'),
    ]);
    const pid = await project.pid();
    expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    const words = both.map(({ stderr }) => stderr).join('\n');
    expect(words).toContain(`up in the background (pid ${pid})`);
    expect(words).toContain(`already up (pid ${pid}, built-in proxyDHCP`);
    expect(await project.log()).not.toContain('\0');
  });

  it('in the foreground too, and down ends one that starts', async () => {
    const [file, args] = pxectlCommand(['up', '--no-look', '--engine', 'builtin'], project.network);
    const first = start(file, args, { cwd: project.path });
    const second = await cli('up', '--no-look', '--detach', '--engine', 'builtin');
    const pid = await project.pid();
    expect(second.stderr + pid).toMatch(new RegExp(`pid ${pid}`));
    expect((await cli('down')).exitCode).toBe(0);
    await first.ended;
    expect((await cli('status')).exitCode).toBe(1);
  });
});
