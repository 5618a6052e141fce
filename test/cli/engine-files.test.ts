import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { configText, prepareState } from '../support/engine/prepare-state.ts';
import { itNeeds } from '../support/external-tool.ts';
import { makeFolder, makePrivateNetwork, pxectl, type PrivateNetwork } from '../support/pxectl-process.ts';

/** nginx.conf of a running engine holds a secret of this run, and the user that serves. */
describe('files that a running engine made its own', () => {
  let folder: Awaited<ReturnType<typeof makeFolder>>;
  let network: PrivateNetwork;
  const cli = (...args: string[]) => pxectl(args, { cwd: folder.path, network });
  const nginxConf = () => readFile(join(folder.path, '.pxectl/run/nginx.conf'), 'utf8');

  beforeAll(async () => {
    folder = await makeFolder();
    network = await makePrivateNetwork();
    await prepareState(folder.path, configText().replace('br0', 'eno1'));
  });
  afterAll(async () => {
    await cli('down');
    await network.destroy();
    await folder.remove();
  });

  itNeeds('nginx', 'dnsmasq')('are no difference, are shown to nobody, and export leaves them', async () => {
    expect((await cli('up', '--no-look', '--detach', '--engine', 'dnsmasq')).exitCode).toBe(0);
    expect(await nginxConf()).toContain('X-Pxectl-Proxy');
    const diff = await cli('render', '--diff');
    expect(diff.stderr).toContain('no difference');
    expect(diff.stdout).toBe('');

    expect((await cli('reload')).exitCode).toBe(0);
    const log = () => readFile(join(folder.path, '.pxectl/run/pxectl.log'), 'utf8');
    await expect.poll(log, { timeout: 10_000 }).toContain('configuration read again: no change');

    expect((await cli('export', 'systemd')).exitCode).toBe(0);
    expect(await nginxConf()).toContain('X-Pxectl-Proxy');
  });
});
