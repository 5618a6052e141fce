import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { endedBySignals } from '../../../src/platform/ended-by-signals.ts';

const MODULE = new URL('../../../src/platform/ended-by-signals.ts', import.meta.url).href;

it.each(['SIGINT', 'SIGTERM'] as const)('%s ends what takes all of the processor', async (signal) => {
  const script = `
    import { endedBySignals } from '${MODULE}';
    process.on('SIGINT', () => undefined);
    process.on('SIGTERM', () => undefined);
    await endedBySignals(async () => {
      process.stdout.write('busy\\n');
      for (;;);
    });`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script]);
  await once(child.stdout, 'data');
  child.kill(signal);
  const ended = await Promise.race([
    once(child, 'exit'),
    new Promise((resolve) => setTimeout(resolve, 10_000)),
  ]);
  child.kill('SIGKILL');
  expect(ended).toEqual([null, signal]);
});

it('handlers are there again behind it', async () => {
  const before = process.listeners('SIGINT');
  await expect(endedBySignals(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(process.listeners('SIGINT')).toEqual(before);
});
