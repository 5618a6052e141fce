import { Command } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { commandAction, Interrupted } from '../../../src/cli/cli.ts';
import type { Output } from '../../../src/cli/output.ts';
import { assetError } from '../../../src/model/errors.ts';

/** Runs a command's code and gives the exit code that pxectl would end with, and what it said. */
async function exitOf(
  code: (output: Output) => void,
): Promise<{ readonly exitCode: unknown; readonly stderr: string }> {
  let stderr = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((stderr += String(text)), true));
  const run = commandAction(async ({ output }) => {
    code(output);
    return 0;
  });
  await new Command('pxectl').action(run).parseAsync([], { from: 'user' });
  return { exitCode: process.exitCode, stderr };
}

afterEach(() => {
  process.exitCode = undefined;
  vi.restoreAllMocks();
});

describe('a command that is interrupted', () => {
  it('ends with 130 whatever breaks then, and calls it no bug', async () => {
    const result = await exitOf(() => {
      process.emit('SIGINT');
      throw new Error('getaddrinfo EAI_AGAIN');
    });
    expect(result).toEqual({ exitCode: 130, stderr: '' });
  });

  it('ends with 130 where ^C came as a key', async () => {
    expect(
      await exitOf(() => {
        throw new Interrupted('no answer');
      }),
    ).toEqual({ exitCode: 130, stderr: '' });
  });

  it('leaves no half a line of progress behind', async () => {
    const before = process.stderr.isTTY;
    process.stderr.isTTY = true;
    try {
      const { stderr } = await exitOf((output) => {
        output.status('debian-12 linux: 12% of 8 MB');
        process.emit('SIGINT');
        throw new Interrupted('no answer');
      });
      expect(stderr.endsWith('\r\u001b[2K')).toBe(true);
    } finally {
      process.stderr.isTTY = before;
    }
  });

  it('still tells an error that the user has to know of', async () => {
    const result = await exitOf(() => {
      process.emit('SIGINT');
      throw assetError('E_DISK_FULL', { what: 'no space left' });
    });
    expect(result.exitCode).toBe(5);
    expect(result.stderr).toContain('no space left');
  });

  it('is a bug only when nobody interrupted it', async () => {
    const result = await exitOf(() => {
      throw new Error('x is undefined');
    });
    expect(result.exitCode).toBe(70);
  });
});
