import { defineConfig } from 'vitest/config';

/** Suites by what they need: the fast three need no network namespace and no virtual machine. */
const project = (name: string, extra: Record<string, unknown> = {}) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    ...extra,
  },
});

export default defineConfig({
  test: {
    projects: [
      project('unit'),
      project('cli', { testTimeout: 90_000 }),
      project('contract', { fileParallelism: false, testTimeout: 60_000, hookTimeout: 180_000 }),
      project('integration', { maxWorkers: 2, testTimeout: 60_000, hookTimeout: 120_000 }),
      project('firmware', { maxWorkers: 2, testTimeout: 600_000, hookTimeout: 180_000 }),
    ],
  },
});
