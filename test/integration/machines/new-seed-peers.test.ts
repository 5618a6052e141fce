import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { encrypt } from 'unixcrypt';
import { alpineOverlay } from '../../../src/images/alpine-overlay.ts';
import { sampleFill } from '../../../src/machines/seeds/sample-fill.ts';
import type { SeedFamilyName } from '../../../src/machines/seeds/new-seed.ts';
import { run } from '../../../src/platform/processes.ts';
import { itNeeds } from '../../support/external-tool.ts';
import { NEW_SEEDS } from '../../support/new-seeds.ts';
import { SAMPLE_VIEW } from '../../support/seed-samples.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pxectl-new-seeds-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The new seeds of a family as a machine gets them. */
const seedsOf = (family: SeedFamilyName) =>
  NEW_SEEDS.filter((seed) => seed.family === family).map(
    ({ text }) => sampleFill(SAMPLE_VIEW).forMachine(text).text,
  );

/** A program that takes this file: its own words when it does not. */
async function takes(program: readonly string[], text: string, name = 'seed'): Promise<void> {
  const path = join(folder, name);
  await writeFile(path, text);
  const [file = '', ...args] = program;
  const env = { DEBCONF_SYSTEMRC: join(folder, 'debconf.conf') };
  const result = await run(file, [...args, path], { timeoutMs: 60_000, env });
  expect(`${result.exitCode} ${result.exitCode === 0 ? '' : result.stdout + result.stderr}`, text).toBe('0 ');
}

describe('new seeds, and who reads such files on Debian', () => {
  itNeeds('cloud-init')('ubuntu: cloud-init takes it', { timeout: 120_000 }, async () => {
    for (const text of seedsOf('ubuntu')) await takes(['cloud-init', 'schema', '--config-file'], text);
  });

  itNeeds('debconf-set-selections')('debian: debconf takes it, and a shell its command', async () => {
    const databases = ['config', 'templates'].map(
      (name) => `Name: ${name}\nDriver: File\nFilename: ${folder}/${name}.dat\n`,
    );
    await writeFile(
      join(folder, 'debconf.conf'),
      ['Config: config\nTemplates: templates\n', ...databases].join('\n'),
    );
    for (const text of seedsOf('debian')) {
      await takes(['debconf-set-selections', '--checkonly'], text);
      const answers = text.replaceAll(/\\\n/g, ' ').split('\n');
      const commands = answers.flatMap((line) => /_command string (.*)/.exec(line)?.[1] ?? []);
      expect(commands).toHaveLength(3);
      for (const command of commands) await takes(['sh', '-n'], command);
    }
  });

  itNeeds('bash')('fedora and opensuse: a shell takes their scripts', async () => {
    const scripts = [
      ...seedsOf('fedora').flatMap((text) => [
        ...text.matchAll(/^%(?:p|on)\w+(?:-install)?\n([^]*?)\n%end$/gm),
      ]),
      ...seedsOf('opensuse').flatMap((text) => [...text.matchAll(/<!\[CDATA\[([^]*?)\]\]>/g)]),
    ].flatMap(([, script = '']) => (script.startsWith('@core') ? [] : [script]));
    expect(scripts).toHaveLength(3 * 4 + 3 * 3);
    for (const script of scripts) await takes(['bash', '-n'], script);
  });

  itNeeds('python3')('opensuse: expat takes it', async () => {
    const parse = 'import sys, xml.parsers.expat as e; e.ParserCreate().ParseFile(open(sys.argv[1], "rb"))';
    for (const text of seedsOf('opensuse')) await takes(['python3', '-c', parse], text);
  });

  itNeeds('sh', 'tar')('alpine: a shell takes it, and tar finds it in its overlay', async () => {
    for (const text of seedsOf('alpine')) {
      await takes(['sh', '-n'], text);
      const path = join(folder, 'overlay.tar.gz');
      await writeFile(path, await alpineOverlay(text));
      const list = await run('tar', ['-tvzf', path], { timeoutMs: 10_000 });
      expect(list.stdout).toMatch(/^-rwx------ 0\/0 .* etc\/local\.d\/pxectl\.start$/m);
      expect(list.stdout).toContain('etc/runlevels/default/local -> /etc/init.d/local');
      const script = await run('tar', ['-xOzf', path, 'etc/local.d/pxectl.start'], { timeoutMs: 10_000 });
      expect(script.stdout).toBe(text);
    }
  });

  itNeeds('ignition-validate')('flatcar: Ignition takes it', async () => {
    for (const text of seedsOf('flatcar')) await takes(['ignition-validate'], text);
  });

  itNeeds('systemd-analyze')(
    'flatcar: systemd takes its unit, and misses nothing but the installer',
    async () => {
      for (const text of seedsOf('flatcar')) {
        const { systemd } = JSON.parse(text) as { systemd: { units: { name: string; contents: string }[] } };
        const [unit] = systemd.units;
        const path = join(folder, unit?.name ?? '');
        await writeFile(path, unit?.contents ?? '');
        const { stderr } = await run('systemd-analyze', ['verify', '--man=no', path], { timeoutMs: 60_000 });
        const ours = stderr.split('\n').filter((line) => line.includes('pxectl-install'));
        expect(ours.filter((line) => !line.includes('/usr/bin/flatcar-install is not executable'))).toEqual(
          [],
        );
      }
    },
  );
});

itNeeds('openssl')('the hash of a password is the one that openssl makes', async () => {
  for (const password of ['a', 'hünter 2 "$6$\\', 'x'.repeat(200)]) {
    const hash = encrypt(password);
    const salt = hash.split('$')[2] ?? '';
    expect(salt).toHaveLength(16);
    const path = join(folder, 'password');
    await writeFile(path, `${password}\n`);
    const { stdout } = await run('openssl', ['passwd', '-6', '-salt', salt, '-in', path], {
      timeoutMs: 10_000,
    });
    expect(hash).toBe(stdout.trim());
  }
});
