import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { chown, mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect } from 'vitest';
import { findDnsmasq } from '../../../src/engine/dnsmasq/dnsmasq-program.ts';
import { servingUser } from '../../../src/engine/serving-user.ts';
import { run } from '../../../src/platform/processes.ts';
import { readTemplate } from '../../../src/platform/package-root.ts';
import { renderNginxConfig } from '../../../src/render/nginx-config.ts';
import { PLAIN_CONFIG, sampleContext } from '../../unit/render/sample-context.ts';
import { itNeeds } from '../../support/external-tool.ts';

const folder = mkdtempSync(join(tmpdir(), 'pxectl-languages-'));
const saved = { ...process.env };
afterEach(() => {
  for (const name of ['LC_ALL', 'LANGUAGE', 'LOCPATH']) {
    const before = saved[name];
    if (before === undefined) delete process.env[name];
    else process.env[name] = before;
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('programs of the host in the language of the user', () => {
  // dnsmasq has translations into all of these
  itNeeds('dnsmasq', 'localedef').each(['de_DE', 'fr_FR', 'pl_PL'])(
    '%s: dnsmasq is understood',
    async (language) => {
      execFileSync('localedef', ['-i', language, '-f', 'UTF-8', join(folder, `${language}.UTF-8`)]);
      process.env['LOCPATH'] = folder;
      process.env['LC_ALL'] = `${language}.UTF-8`;
      process.env['LANGUAGE'] = language.slice(0, 2);
      // the language is really there: without our hand on it dnsmasq speaks it
      const spoken = execFileSync('dnsmasq', ['--version'], { encoding: 'utf8' });
      expect(spoken).not.toMatch(/^Dnsmasq version/);
      expect(await findDnsmasq()).toMatchObject({ version: expect.stringMatching(/^2\.\d+/) as unknown });
    },
    120_000,
  );
});

describe('a folder of a user whose group is not called like the user', () => {
  itNeeds('nginx')('nginx starts as that user: nobody', async () => {
    const own = join(folder, 'own');
    await mkdir(join(own, 'run'), { recursive: true });
    await chown(own, 65534, 65534);
    const user = await servingUser(own);
    expect(user).toEqual({ name: 'nobody', group: 'nogroup' });
    const config = renderNginxConfig(sampleContext(PLAIN_CONFIG), readTemplate, {
      stateRoot: own,
      user: user?.name ?? '',
      group: user?.group ?? '',
    });
    const path = join(own, 'nginx.conf');
    // an address that this computer has
    await writeFile(path, config.replaceAll('192.168.1.50', '127.0.0.1'));
    const checked = await run('nginx', ['-t', '-q', '-c', path]);
    expect(checked.stderr).toBe('');
    expect(checked.exitCode).toBe(0);
  });
});
