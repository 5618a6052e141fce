import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageVersion } from '../../src/platform/package-root.ts';
import { makeFolder, pxectl } from '../support/pxectl-process.ts';

let folder: Awaited<ReturnType<typeof makeFolder>>;
beforeEach(async () => {
  folder = await makeFolder();
});
afterEach(() => folder.remove());

const here = () => ({ cwd: folder.path });

describe('help', () => {
  it('lists every command of DESIGN §5', async () => {
    const { exitCode, stdout } = await pxectl(['--help'], here());
    expect(exitCode).toBe(0);
    const names = [...stdout.matchAll(/^ {2}([a-z]+)\b.*/gm)].map(([, name]) => name);
    for (const name of ['init', 'fetch', 'images', 'render', 'up', 'down', 'status', 'logs', 'watch']) {
      expect(names).toContain(name);
    }
    for (const name of ['machines', 'lab', 'completion']) expect(names).toContain(name);
  });

  it('prints the version', async () => {
    expect((await pxectl(['--version'], here())).stdout.trim()).toBe(packageVersion());
  });

  it('has help for every command, with --json where it reads and --dry-run where it changes', async () => {
    const flags: Record<string, string[]> = {
      init: ['--json', '--dry-run', '--interface', '--address', '--mode', '--yes', '--force'],
      fetch: [
        '--json',
        '--dry-run',
        '--from',
        '--mirror',
        '--offline',
        '--keyring',
        '--insecure-skip-verify',
      ],
      images: ['--json', '--available'],
      render: ['--json', '--out', '--for', '--diff'],
      up: ['--json', '--dry-run', '--engine', '--detach'],
      down: ['--json', '--dry-run'],
      status: ['--json'],
      watch: ['--json'],
      machines: ['--json'],
    };
    for (const [command, wanted] of Object.entries(flags)) {
      const { exitCode, stdout } = await pxectl([command, '--help'], here());
      expect(exitCode, command).toBe(0);
      for (const flag of wanted) expect(stdout, command).toContain(flag);
    }
  });
});

describe('errors', () => {
  it('exits 2 for what it does not know, and says the nearest right word', async () => {
    const { exitCode, stderr } = await pxectl(['fecth'], here());
    expect(exitCode).toBe(2);
    expect(stderr).toContain('Did you mean fetch?');
    expect((await pxectl(['up', '--engin', 'x'], here())).exitCode).toBe(2);
    expect((await pxectl(['up', '--engine', 'x'], here())).exitCode).toBe(2);
  });

  it('exits 3 without a configuration, and says what to run', async () => {
    const { exitCode, stderr, stdout } = await pxectl(['up'], here());
    expect(exitCode).toBe(3);
    expect(stdout).toBe('');
    expect(stderr).toContain('no pxectl.yaml here');
    expect(stderr).toContain('next: pxectl init');
    expect(stderr).not.toContain('    at ');
  });

  it('shows file, line, column and the nearest right value of a wrong configuration', async () => {
    await writeFile(
      join(folder.path, 'pxectl.yaml'),
      'version: 1\nnetwork: { interface: eno1, address: 192.168.1.50, mode: prox }\nimages: [debian-12]\n',
    );
    const { exitCode, stderr } = await pxectl(['render'], here());
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/pxectl\.yaml:2:\d+/);
    expect(stderr).toContain('prox');
    expect(stderr).toContain('proxy');
  });

  it('gives errors as JSON too', async () => {
    const { exitCode, stdout } = await pxectl(['status', '--json'], here());
    expect(exitCode).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'pxectl.error/1',
      error: { code: 'E_CONFIG_NOT_FOUND' },
    });
  });

  it('prints a stack only with --verbose', async () => {
    expect((await pxectl(['--verbose', 'status'], here())).stderr).toMatch(/\n {4}at /);
  });
});

describe('completion', () => {
  it.each(['bash', 'zsh', 'fish'])('prints a script for %s that names the commands', async (shell) => {
    const { exitCode, stdout } = await pxectl(['completion', shell], here());
    expect(exitCode).toBe(0);
    expect(stdout).toContain('machines');
  });

  it('completes commands, sub-commands and flags in a real bash', async () => {
    const { stdout: script } = await pxectl(['completion', 'bash'], here());
    await writeFile(join(folder.path, 'completion.bash'), script);
    const { run } = await import('../../src/platform/processes.ts');
    const complete = async (...words: string[]): Promise<string[]> => {
      const line = `source completion.bash; COMP_WORDS=(pxectl ${words.map((w) => `'${w}'`).join(' ')}); COMP_CWORD=${words.length}; _pxectl; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout } = await run('bash', ['-c', line], { cwd: folder.path });
      return stdout.trim().split('\n');
    };
    expect(await complete('fet')).toEqual(['fetch']);
    expect(await complete('lab', 'ru')).toEqual(['run']);
    expect(await complete('lab', 'run', '--firm')).toEqual(['--firmware']);
    expect(await complete('-v', 'up', '--det')).toEqual(['--detach']);
  });

  it('refuses a shell it does not know', async () => {
    expect((await pxectl(['completion', 'tcsh'], here())).exitCode).toBe(2);
  });
});
