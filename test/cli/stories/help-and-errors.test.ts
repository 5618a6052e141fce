import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../../src/platform/processes.ts';
import { packageVersion } from '../../../src/platform/packaged-files.ts';
import { itNeeds } from '../../support/external-tool.ts';
import { makeFolder, pxectl } from '../../support/pxectl-process.ts';

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
      doctor: ['--json'],
      logs: ['--json'],
      'images verify': ['--json'],
      'images rm': ['--dry-run'],
      'machines add': ['--dry-run'],
      'machines rm': ['--dry-run'],
      'machines set': ['--dry-run'],
      'machines import': ['--dry-run'],
      'machines arm': ['--dry-run'],
      'machines disarm': ['--dry-run'],
      reload: ['--json', '--dry-run'],
      export: ['--json', '--dry-run'],
      'lab run': ['--json'],
      'lab clean': ['--json', '--dry-run'],
    };
    for (const [command, wanted] of Object.entries(flags)) {
      const { exitCode, stdout } = await pxectl([...command.split(' '), '--help'], here());
      expect(exitCode, command).toBe(0);
      // an option without a word on what it does
      expect(stdout, command).not.toMatch(/^ {2}(-\w, )?--\S+( [<[]\S+)?$/m);
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

  it.each([
    [['images', 'vrify'], 'did you mean verify?'],
    [['machines', 'ad', 'x'], 'did you mean add?'],
    [['help', 'machines', 'ad'], 'did you mean add?'],
  ])('exits 2 for the mistyped sub-command in %j', async (args, message) => {
    const { exitCode, stderr } = await pxectl(args, here());
    expect(exitCode).toBe(2);
    expect(stderr).toContain('unknown command');
    expect(stderr).toContain(message);
  });

  it('has help for sub-commands', async () => {
    const { exitCode, stdout } = await pxectl(['help', 'machines', 'add'], here());
    expect(exitCode).toBe(0);
    expect(stdout).toContain('Usage: pxectl machines add');
  });

  it('gives mistakes of the command line as JSON too, and says what to run', async () => {
    const { exitCode, stdout, stderr } = await pxectl(['images', '--avail', '--json'], here());
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ schema: 'pxectl.error/1', error: { code: 'E_USAGE' } });
    expect(stderr).toContain('next: pxectl images --help');
  });

  it('names the image that was meant, and leaves no configuration with the mistyped one', async () => {
    const { exitCode, stderr } = await pxectl(['up', 'ubunt-20.04.3'], here());
    expect(exitCode).toBe(5);
    expect(stderr).toContain('did you mean ubuntu-20.04.3?');
    expect(await readdir(folder.path)).toEqual([]);
    expect((await pxectl(['fetch', 'debian'], here())).stderr).toContain('there are debian-11, debian-12');
  });

  it('a dry run of fetch and images rm knows what there is', async () => {
    const wanted = await pxectl(['fetch', 'debian-12', '--dry-run', '--offline', '--json'], here());
    expect(JSON.parse(wanted.stdout)).toMatchObject({
      schema: 'pxectl.fetch/1',
      dryRun: true,
      images: [{ id: 'debian-12', outcome: 'would-fetch' }],
    });
    expect((await pxectl(['fetch', 'nope-1', '--dry-run'], here())).exitCode).toBe(5);
    expect((await pxectl(['images', 'rm', 'nope-1', '--dry-run'], here())).exitCode).toBe(5);
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

  it('shows every mistake of a configuration, each with the nearest right value', async () => {
    await writeFile(
      join(folder.path, 'pxectl.yaml'),
      'version: 1\nnetwork: { interface: eno1, address: 192.168.1.50, mode: prox }\nengine: dockr\nhttp: { prt: 80 }\n',
    );
    const { stderr } = await pxectl(['render'], here());
    expect(stderr).toMatch(/^ {8}also .*pxectl\.yaml:3:9: engine is "dockr" \(did you mean docker\?\)$/m);
    expect(stderr).toMatch(
      /^ {8}also .*pxectl\.yaml:4:9: unknown key "prt" in http \(did you mean port\?\)$/m,
    );
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
    const complete = async (...words: string[]): Promise<string[]> => {
      const line = `source completion.bash; COMP_WORDS=(pxectl ${words.map((w) => `'${w}'`).join(' ')}); COMP_CWORD=${words.length}; _pxectl; printf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout } = await run('bash', ['-c', line], { cwd: folder.path });
      return stdout.trim().split('\n');
    };
    expect(await complete('fet')).toEqual(['fetch']);
    expect(await complete('lab', 'ru')).toEqual(['run']);
    expect(await complete('lab', 'run', '--firm')).toEqual(['--firmware']);
    expect(await complete('-v', 'up', '--det')).toEqual(['--detach']);
    expect(await complete('lab', 'run', '--firmware', 'uefi-h')).toEqual(['uefi-http-x64']);
    expect(await complete('images', 'rm', '--')).toEqual(['--yes', '--force', '--dry-run', '--json']);
    expect(await complete('completion', 'f')).toEqual(['fish']);
  });

  itNeeds('fish')('completes commands, sub-commands, flags and values in a real fish', async () => {
    const { stdout: script } = await pxectl(['completion', 'fish'], here());
    await writeFile(join(folder.path, 'pxectl.fish'), script);
    const complete = async (line: string): Promise<string[]> => {
      const code = `source pxectl.fish; complete -C '${line}'`;
      const { stdout } = await run('fish', ['--no-config', '-c', code], { cwd: folder.path });
      return stdout
        .trim()
        .split('\n')
        .map((entry) => entry.split('\t')[0] ?? '');
    };
    expect(await complete('pxectl fet')).toEqual(['fetch']);
    expect(await complete('pxectl lab run --firmware uefi-h')).toEqual(['uefi-http-x64']);
    expect(await complete('pxectl images rm --')).toEqual(['--dry-run', '--force', '--json', '--yes']);
    expect(await complete('pxectl machines rm --')).toEqual([
      ...['--all', '--dry-run', '--json', '--profile', '--yes'],
    ]);
  });

  it.each(['bash', 'zsh', 'fish'] as const)(
    'completes names of machines, profiles and images in %s',
    async (shell) => {
      await writeFile(
        join(folder.path, 'pxectl.yaml'),
        'version: 1\nnetwork: { interface: eno1, address: 192.168.1.50 }\nimages: [debian-12]\n' +
          'profiles: { room: {}, kiosk: {} }\nmachines: [{ mac: "52:54:00:00:00:01", name: pc-01 }, { mac: "52:54:00:00:00:02", name: pc-02 }]\n',
      );
      const asked = async (kind: string): Promise<string> =>
        (await pxectl(['completion', kind], here())).stdout;
      expect([await asked('machines'), await asked('profiles'), await asked('images')]).toEqual([
        ...['pc-01\npc-02\n', 'room\nkiosk\n', 'debian-12\n'],
      ]);
      const { stdout: script } = await pxectl(['completion', shell], here());
      expect(script).toContain('pxectl completion ');
      if (shell !== 'bash') return;
      await writeFile(join(folder.path, 'completion.bash'), script);
      const complete = async (...words: string[]): Promise<string[]> => {
        const line = `source completion.bash; pxectl() { ${process.execPath} ${join(import.meta.dirname, '../../../bin/pxectl.js')} "$@"; }; COMP_WORDS=(pxectl ${words.map((w) => `'${w}'`).join(' ')}); COMP_CWORD=${words.length}; _pxectl; printf '%s\\n' "\${COMPREPLY[@]}"`;
        const { stdout } = await run('bash', ['-c', line], { cwd: folder.path });
        return stdout.trim().split('\n');
      };
      expect(await complete('machines', 'show', 'pc')).toEqual(['pc-01', 'pc-02']);
      expect(await complete('seeds', 'show', 'pc')).toEqual(['pc-01', 'pc-02']);
      expect(await complete('seeds', 'new', 'al')).toEqual(['alpine']);
      expect(await complete('seeds', 'check', '--kind', 'kick')).toEqual(['kickstart']);
      expect(await complete('machines', 'set', 'pc-01', 'pc-02')).toEqual(['pc-02']);
      expect(await complete('machines', 'arm', '--profile', 'ro')).toEqual(['room']);
      expect(await complete('machines', 'add', '--image', 'deb')).toEqual(['debian-12']);
      expect(await complete('machines', 'show', '--js')).toEqual(['--json']);
      expect(await complete('fetch', 'ubuntu-24')).toContain('ubuntu-24.04');
    },
  );

  it('refuses a shell it does not know', async () => {
    expect((await pxectl(['completion', 'tcsh'], here())).exitCode).toBe(2);
  });
});
