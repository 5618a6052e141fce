import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { itNeeds } from '../support/external-tool.ts';
import { useProject } from '../support/test-project.ts';

/** What a running engine is started with has lines of its own: the channel to pxectl, and where it keeps offers. */
describe('files that a running engine made its own', () => {
  const project = useProject();
  const { cli } = project;
  const nginxConf = () => readFile(join(project.layout.run, 'config/nginx.conf'), 'utf8');

  itNeeds('nginx', 'dnsmasq')('are no difference, are shown to nobody, and export leaves them', async () => {
    await project.up('dnsmasq');
    expect(await nginxConf()).toContain('proxy_pass http://unix:channel/http.sock;');
    const diff = await cli('render', '--diff');
    expect(diff.stderr).toContain('no difference');
    expect(diff.stdout).toBe('');

    expect((await cli('reload')).exitCode).toBe(0);
    await expect.poll(project.log, { timeout: 30_000 }).toContain('configuration read again: no change');

    expect((await cli('export', 'systemd')).exitCode).toBe(0);
    expect(await nginxConf()).toContain('proxy_pass http://unix:channel/http.sock;');
  });
});
