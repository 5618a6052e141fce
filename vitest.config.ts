import { defineConfig } from 'vitest/config';

/** Suites by what they need: the fast three need no network namespace and no virtual machine, and take two minutes together. */
const project = (name: string, extra: Record<string, unknown> = {}) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // every project keeps its own images: a test that shares them names a store of its own
    env: { PXECTL_STORE: 'off' },
    // what comes soon on an idle machine comes late on a busy one
    expect: { poll: { timeout: 30_000 } },
    ...extra,
  },
});

/** Real programs and firmware on a busy CI machine: one more try, which the report names. Never on a developer's machine. */
const retry = process.env['CI'] === 'true' ? 1 : 0;

const cli = { isolate: false, maxWorkers: 2, testTimeout: 90_000 };

export default defineConfig({
  test: {
    projects: [
      // modules are loaded once for all files of a worker: half of the time goes there otherwise
      project('unit', { isolate: false }),
      project('cli', { ...cli, include: ['test/cli/*.test.ts'] }),
      project('stories', { ...cli, include: ['test/cli/stories/*.test.ts'] }),
      project('contract', { retry, fileParallelism: false, testTimeout: 60_000, hookTimeout: 180_000 }),
      project('integration', { retry, maxWorkers: 2, testTimeout: 60_000, hookTimeout: 120_000 }),
      project('web', { retry, maxWorkers: 2, testTimeout: 60_000 }),
      project('firmware', { retry, maxWorkers: 2, testTimeout: 900_000, hookTimeout: 180_000 }),
    ],
  },
});
