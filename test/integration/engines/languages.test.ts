import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect } from 'vitest';
import { findDnsmasq } from '../../../src/engine/dnsmasq/dnsmasq-program.ts';
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
