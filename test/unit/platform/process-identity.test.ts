import { spawn } from 'node:child_process';
import { expect, it, onTestFinished } from 'vitest';
import { isPxectl } from '../../../src/platform/process-identity.ts';

/** A process that shows these words as its command line. */
async function showing(name: string, ...words: readonly string[]): Promise<number> {
  const child = spawn('/bin/sh', ['-c', 'echo there; read line', ...words], { argv0: name });
  onTestFinished(() => void child.kill());
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return child.pid ?? 0;
}

it.each([
  ['the program', 'pxectl', []],
  ['the single executable as it is downloaded', '/home/me/pxectl-linux-x64', ['up']],
  ['its script', 'node', ['/usr/lib/node_modules/pxectl/bin/pxectl.js', 'up']],
])('%s is a pxectl', async (_, name, words) => {
  expect(await isPxectl(await showing(name, ...words))).toBe(true);
});

it.each([
  ['an editor of its configuration', 'vi', ['pxectl.yaml']],
  ['what reads a folder of that name', 'ls', ['/srv/pxectl-old']],
])('%s is none', async (_, name, words) => {
  expect(await isPxectl(await showing(name, ...words))).toBe(false);
});
