import { spawnSync } from 'node:child_process';
import { it } from 'vitest';

/** Whether a program can be run here. */
export function hasTool(name: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', name]).status === 0;
}

/**
 * `it` for tests that need programs or root: a named skip on a laptop, and a failing test where CI=true, so that a
 * missing tool never looks like a passed test.
 */
export function itNeeds(...needs: readonly string[]): typeof it {
  const missing = needs.filter((need) => (need === 'root' ? process.getuid?.() !== 0 : !hasTool(need)));
  if (missing.length === 0 || process.env['CI'] === 'true') return it;
  return it.skip as unknown as typeof it;
}
