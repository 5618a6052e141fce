import { chmod, lstat, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../../src/platform/processes.ts';
import { pxectlCommand } from '../support/pxectl-process.ts';
import { CONFIG, ended, useProject } from '../support/test-project.ts';

const project = useProject();
const { cli, configure, up } = project;

describe('the control socket', () => {
  it('is for the owner alone, refuses what it does not know and what is too large, and goes with the session', async () => {
    await up();
    const socket = join(project.layout.run, 'control.sock');
    const { mode } = await lstat(socket);
    expect((mode & 0o7777).toString(8)).toBe('600');
    expect((await readdir(project.layout.run)).filter((name) => name.startsWith('.socket-'))).toEqual([]);

    const curl = (path: string, ...rest: string[]) => [
      ...['curl', '-sS', '--unix-socket', socket, `http://pxectl${path}`],
      ...rest,
    ];
    const ask = async (path: string, ...rest: string[]): Promise<string> =>
      (await run('env', curl(path, ...rest))).stdout;
    expect(await ask('/v2/status')).toContain('knows no GET /v2/status');
    expect(await ask('/v1/reload', '--data', '{')).toContain('does not understand what it was asked');
    const large = join(project.folder, 'large');
    await writeFile(large, Buffer.alloc(2 * 1024 * 1024, ' '));
    expect(await ask('/v1/reload', '--data-binary', `@${large}`)).toContain('does not take so large a body');
    expect(await ask('/v1/status')).toContain('"engine":"builtin"');

    for (const path of [project.folder, project.layout.root]) await chmod(path, 0o755);
    const other = ['--reuid=65534', '--regid=65534', '--clear-groups', '--inh-caps=-all'];
    const denied = await run('setpriv', [...other, ...curl('/v1/stop', '-X', 'POST')]);
    expect(denied.exitCode).not.toBe(0);
    const [, [, , , ...status]] = pxectlCommand(['status'], project.network);
    const seen = await run('setpriv', [...other, ...status], {
      cwd: project.path,
      env: { PXECTL_CONFIG: '' },
      timeoutMs: 60_000,
    });
    expect(seen.stdout).toContain('up since');
    expect(seen.exitCode).toBe(0);

    await cli('down');
    await expect(lstat(socket)).rejects.toThrow('ENOENT');
  });

  it('works in a folder deeper than a socket address is long, where a killed one left its own', async () => {
    await project.begin(
      join(project.folder, ...Array.from({ length: 6 }, () => 'a-folder-with-quite-a-long-name')),
    );
    expect(Buffer.byteLength(project.layout.run)).toBeGreaterThan(200);
    const killed = await up();
    process.kill(killed, 'SIGKILL');
    await ended(killed);
    expect((await lstat(join(project.layout.run, 'control.sock'))).isSocket()).toBe(true);
    expect((await cli('reload')).exitCode).toBe(6);
    const pid = await up();
    await configure(CONFIG.replace('timeoutSeconds: 5', 'timeoutSeconds: 9'));
    expect((await cli('reload')).stderr).toContain(`applied by pid ${pid}`);
    expect((await cli('down')).exitCode).toBe(0);
    await ended(pid);
  });
});
