import { afterEach, beforeEach, expect, it } from 'vitest';
import { secretsForChild } from '../../../src/platform/child-environment.ts';
import { filterThrough } from '../../../src/platform/filter-process.ts';
import { start } from '../../../src/platform/long-running.ts';
import { run } from '../../../src/platform/processes.ts';

const SECRET = 'PXECTL_SECRET_ROOT_PASSWORD';

beforeEach(() => (process.env[SECRET] = 'hunter2'));
afterEach(() => delete process.env[SECRET]);

async function startedEnvironment(): Promise<string> {
  const program = start('env', []);
  const lines: string[] = [];
  program.onLine((line) => lines.push(line));
  await program.ended;
  return lines.join('\n');
}

async function filterEnvironment(): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of filterThrough('env', [], nothing())) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString();
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  yield* [];
}

it.each([
  ['run', async () => (await run('env', [])).stdout],
  ['start', startedEnvironment],
  ['filterThrough', filterEnvironment],
])('a program gets the environment without secrets of seeds: %s', async (_, environment) => {
  const text = await environment();
  expect(text).toContain(`PATH=${process.env['PATH']}`);
  expect(text).toContain('LC_ALL=C');
  expect(text).not.toMatch(/hunter2|PXECTL_SECRET/);
});

it('another pxectl gets them', async () => {
  expect(secretsForChild()).toMatchObject({ [SECRET]: 'hunter2' });
  const { stdout } = await run('env', [], { env: { ...secretsForChild(), MORE: 'yes' } });
  expect(stdout).toContain(`${SECRET}=hunter2\n`);
});
