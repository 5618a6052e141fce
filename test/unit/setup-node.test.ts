import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { run } from '../../src/platform/processes.ts';

it.each(['v18.20.4', 'v20.18.1'])('setup says first what it needs when Node is %s', async (version) => {
  const folder = await mkdtemp(join(tmpdir(), 'pxectl-old-node-'));
  await writeFile(join(folder, 'node'), `#!/bin/sh\necho ${version}\n`, { mode: 0o755 });
  const { exitCode, stderr } = await run('.ci/setup', ['demo'], {
    env: { PATH: `${folder}:${process.env['PATH'] ?? ''}` },
  });
  await rm(folder, { recursive: true });
  expect(exitCode).toBe(4);
  expect(stderr).toContain(`needs Node.js 20.19 or newer, and node --version says: ${version}`);
});
