import { run } from '../../src/platform/processes.ts';

const PROGRAM = new URL('../../bin/pxectl.js', import.meta.url).pathname;

/** The lines that a command writes to a terminal of 80 columns, which `script` (util-linux) makes; its errors are left out. */
export async function linesOnTerminal(words: readonly string[], cwd: string): Promise<readonly string[]> {
  const command = `stty cols 80; exec ${[process.execPath, PROGRAM, ...words].join(' ')} 2>/dev/null`;
  const { stdout } = await run('script', ['-qec', command, '/dev/null'], {
    ...{ cwd, timeoutMs: 60_000, env: { PXECTL_CONFIG: '', NO_COLOR: '1', TERM: 'dumb' } },
  });
  return stdout.trimEnd().split(/\r?\n/);
}
