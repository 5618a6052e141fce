import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../../src/platform/processes.ts';

/** Targets that need Node. */
const TARGETS = ['build', 'check-static', 'check', 'test-fast', 'test', 'dnsmasq', 'demo', 'bench'];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pxectl-old-node-'));
  for (const name of ['Makefile', '.ci', 'package.json', 'package-lock.json', 'tsconfig.json']) {
    cpSync(name, join(folder, name), { recursive: true });
  }
  mkdirSync(join(folder, 'src'));
  mkdirSync(join(folder, 'bin'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** `make TARGET` in a clone on a machine with this Node; npm and npx must not be reached. */
async function make(target: string, version: string): Promise<{ stdout: string; stderr: string }> {
  writeFileSync(join(folder, 'bin/node'), `#!/bin/sh\necho ${version}\n`, { mode: 0o755 });
  for (const name of ['npm', 'npx']) {
    writeFileSync(join(folder, 'bin', name), `#!/bin/sh\necho ${name} was called\n`, { mode: 0o755 });
  }
  return run('make', ['-C', folder, target], {
    env: { PATH: `${folder}/bin:${process.env['PATH'] ?? ''}`, MAKEFLAGS: '', MAKELEVEL: '' },
  });
}

it.each(TARGETS)('make %s says first what it needs when Node is too old', async (target) => {
  const { stdout, stderr } = await make(target, 'v18.20.4');
  expect(stderr).toContain('needs Node.js 20.19 or newer, and node --version says: v18.20.4');
  expect(stdout).not.toContain('was called');
});

it('so it does where the packages were installed with another one', async () => {
  mkdirSync(join(folder, 'node_modules'));
  writeFileSync(join(folder, 'node_modules/.package-lock.json'), '');
  const { stdout, stderr } = await make('build', 'v20.18.1');
  expect(stderr).toContain('needs Node.js 20.19 or newer, and node --version says: v20.18.1');
  expect(stdout).not.toContain('was called');
});
