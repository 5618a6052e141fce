import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../../src/platform/processes.ts';
import { startLoopbackMirror } from '../support/loopback-mirror.ts';

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
async function make(
  target: string,
  version: string,
  registry = 'http://127.0.0.1:1/',
): Promise<{ stdout: string; stderr: string }> {
  writeFileSync(join(folder, 'bin/node'), `#!/bin/sh\necho ${version}\n`, { mode: 0o755 });
  for (const name of ['npm', 'npx']) {
    writeFileSync(join(folder, 'bin', name), `#!/bin/sh\necho ${name} was called\n`, { mode: 0o755 });
  }
  return run('make', ['-C', folder, target], {
    env: {
      PATH: `${folder}/bin:${process.env['PATH'] ?? ''}`,
      ...{ MAKEFLAGS: '', MAKELEVEL: '', npm_config_registry: registry },
    },
  });
}

const PINNED = (JSON.parse(readFileSync('.ci/release/node-packages.json', 'utf8')) as { version: string })
  .version;
const TARBALL = `node-linux-${process.arch}/-/node-linux-${process.arch}-${PINNED}.tgz`;

it.each(TARGETS)('make %s gets Node first when that of this machine is too old', async (target) => {
  const { stdout, stderr } = await make(target, 'v18.20.4');
  expect(stderr).toContain('needs Node.js 20.19 or newer, and node --version says: v18.20.4');
  expect(stderr).toContain(`gets Node.js ${PINNED} and npm `);
  expect(stderr).toContain(`http://127.0.0.1:1/${TARBALL} cannot be read`);
  expect(stdout).not.toContain('was called');
});

it('so it does where the packages were installed with another one', async () => {
  mkdirSync(join(folder, 'node_modules'));
  writeFileSync(join(folder, 'node_modules/.package-lock.json'), '');
  const { stdout, stderr } = await make('build', 'v20.18.1');
  expect(stderr).toContain('needs Node.js 20.19 or newer, and node --version says: v20.18.1');
  expect(stdout).not.toContain('was called');
});

it('nothing is used of a package with other bytes than those that are pinned', async () => {
  const mirror = await startLoopbackMirror(new Map([[`/${TARBALL}`, Buffer.from('something else')]]));
  try {
    const { stdout, stderr } = await make('build', 'v18.20.4', `${mirror.url}/`);
    expect(stderr).toContain(`${TARBALL} is not what is pinned here`);
    expect(stdout).not.toContain('was called');
  } finally {
    await mirror.close();
  }
});
