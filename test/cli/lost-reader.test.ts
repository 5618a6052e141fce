import { describe, expect, it } from 'vitest';
import { run } from '../../src/platform/processes.ts';
import { itNeeds } from '../support/external-tool.ts';
import { pxectlCommand } from '../support/pxectl-process.ts';
import { useProject } from '../support/test-project.ts';

const project = useProject('all');
const { cli } = project;

/** Runs pxectl in a shell line in which `PXECTL` stands for it; exit codes of a pipe are those of pxectl. */
function shell(line: string, args: readonly string[]) {
  const [file, words] = pxectlCommand(args, project.network);
  const script = `set -o pipefail; ${line.replace('PXECTL', '"$@"')}`;
  return run('bash', ['-c', script, 'bash', file, ...words], {
    cwd: project.path,
    timeoutMs: 60_000,
    env: { PXECTL_CONFIG: '' },
  });
}

describe('output that nobody reads', () => {
  it.each<readonly [string, readonly string[]]>([
    ['PXECTL | true', ['--help']],
    ['PXECTL | true', ['render']],
    ['PXECTL | head -n 1', ['images', '--available']],
    ['PXECTL 2>&1 | true', ['machines']],
    ['PXECTL 2>&1 | true', ['completion', 'bash']],
  ])('ends without a word: %s, pxectl %j', async (line, args) => {
    const { exitCode, stderr } = await shell(line, args);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
  });

  itNeeds('dnsmasq')('stops what up --json serves, and leaves nothing', async () => {
    const { exitCode, stderr } = await shell('PXECTL | head -n 1', [
      'up',
      '--no-look',
      '--engine',
      'dnsmasq',
      '--json',
    ]);
    expect(stderr).toContain('stopped');
    expect(exitCode).toBe(0);
    const down = await cli('down');
    expect(down.stderr).toContain('nothing is up here');
  });

  it('serves on when only its progress has no reader', async () => {
    const running = shell('PXECTL 2>&1 >/dev/null | head -n 1', ['up', '--no-look', '--engine', 'builtin']);
    const status = () => cli('status');
    await expect.poll(async () => (await status()).exitCode, { timeout: 40_000 }).toBe(0);
    const get = [
      'netns',
      'exec',
      project.network.namespace,
      'curl',
      '-s',
      'http://192.168.1.50:8080/nothing',
    ];
    for (let count = 0; count < 3; count += 1) await run('ip', get);
    expect((await status()).exitCode).toBe(0);
    expect((await cli('down')).exitCode).toBe(0);
    expect((await running).exitCode).toBe(0);
  });
});

it('says that its output cannot be written, exit 4', async () => {
  const { exitCode, stderr } = await shell('PXECTL > /dev/full', ['render']);
  expect(exitCode).toBe(4);
  expect(stderr).toContain('the output cannot be written');
  expect(stderr).not.toContain('    at ');
});
