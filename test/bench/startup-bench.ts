import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runOrThrow } from '../../src/platform/processes.ts';
import { median } from './bench-link.ts';
import type { BenchRow } from './bench-row.ts';

const ROUNDS = 11;

/** `pxectl --help` against an empty Node program, in turn. Needs the compiled dist/. */
export async function benchStartup(log: (line: string) => void): Promise<BenchRow[]> {
  const packageFolder = join(import.meta.dirname, '../..');
  if (!existsSync(join(packageFolder, 'dist/cli/main.js'))) throw new Error('build first: make build');
  const milliseconds = { help: [] as number[], node: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    milliseconds.help.push(await timed([join(packageFolder, 'bin/pxectl.js'), '--help']));
    milliseconds.node.push(await timed(['-e', '0']));
  }
  const [help, node] = [median(milliseconds.help), median(milliseconds.node)];
  log(`start-up: pxectl --help ${help.toFixed(0)} ms, node -e 0 ${node.toFixed(0)} ms`);
  return [
    {
      group: 'Start-up',
      what: 'pxectl --help',
      unit: 'ms',
      pxectl: help,
      peers: { 'node -e 0': node },
      isMoreBetter: false,
      promise: 'within 3× of node',
      isKept: help <= 3 * node,
    },
  ];
}

async function timed(args: readonly string[]): Promise<number> {
  const startedMs = performance.now();
  await runOrThrow(process.execPath, args);
  return performance.now() - startedMs;
}
