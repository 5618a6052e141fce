import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { verify } from 'unixcrypt';
import { run } from '../../src/platform/processes.ts';
import { KEY } from '../support/new-seeds.ts';
import { pxectl, pxectlCommand } from '../support/pxectl-process.ts';
import { CONFIG, useProject } from '../support/test-project.ts';

const project = useProject();
const { cli } = project;
const at = (name: string) => join(project.path, name);
const read = (name: string) => readFile(at(name), 'utf8');
beforeEach(() => writeFile(at('ada.pub'), `${KEY}\n`));

const SEED = 'seeds/debian.cfg';
const passwordOf = async (path: string) =>
  /user-password-crypted password (\S+)/.exec(await read(path))?.[1] ?? '';

describe('seeds new', () => {
  it('without a terminal and a password: an account that SSH keys alone open, and it is said', async () => {
    const made = await cli('seeds', 'new', 'debian', '--user', 'ada', '--ssh-key', 'ada.pub');
    expect(made).toMatchObject({ exitCode: 0, stdout: '' });
    expect(made.stderr).toContain(`${SEED} is written: ada, 1 SSH key of ada.pub, no password`);
    expect(made.stderr).toContain('ada has no password and is locked for one');
    expect(made.stderr).toContain(`pxectl machines add MAC --name NAME --image debian-12 --seed ${SEED}`);
    expect(await passwordOf(SEED)).toBe('!');
    expect((await stat(at(SEED))).mode & 0o777).toBe(0o600);
    expect(await cli('seeds', 'check', SEED)).toMatchObject({ exitCode: 0, stdout: '' });
  });

  it('writes over nothing without --force', async () => {
    await mkdir(at('seeds'));
    await writeFile(at(SEED), 'mine\n');
    const refused = await cli('seeds', 'new', 'debian', '--ssh-key', 'ada.pub');
    expect(refused).toMatchObject({ exitCode: 2 });
    expect(refused.stderr).toContain(`${SEED} is there already`);
    expect(await read(SEED)).toBe('mine\n');
    await cli('seeds', 'new', 'debian', '--ssh-key', 'ada.pub', '--force');
    expect(await read(SEED)).toContain(KEY);
  });

  it('hashes a password of a file or of stdin, and refuses an empty one', async () => {
    await writeFile(at('password'), 'correct horse\n');
    await cli('seeds', 'new', 'debian', '--password-file', 'password', '--ssh-key', 'ada.pub');
    expect(verify('correct horse', await passwordOf(SEED))).toBe(true);
    const [file, words] = pxectlCommand(
      ['seeds', 'new', 'debian', '--to', 'other.cfg', '--ssh-key', 'ada.pub', '--password-stdin'],
      project.network,
    );
    const options = { cwd: project.path, timeoutMs: 60_000, env: { PXECTL_CONFIG: '' } };
    await run('bash', ['-c', 'printf "battery staple\n" | "$@"', 'bash', file, ...words], options);
    expect(verify('battery staple', await passwordOf('other.cfg'))).toBe(true);
    await writeFile(at('password'), '\n');
    const refused = await cli('seeds', 'new', 'debian', '--to', 'x', '--password-file', 'password');
    expect(refused).toMatchObject({ exitCode: 2 });
    expect(refused.stderr).toContain('the password is empty');
  });

  it('asks twice on a terminal, again where the two differ, and shows nothing of it', async () => {
    const [file, words] = pxectlCommand(['seeds', 'new', 'debian', '--ssh-key', 'ada.pub'], project.network);
    const command = [file, ...words].map((word) => `'${word}'`).join(' ');
    const waitFor = (count: number) =>
      `until [ "$(grep -c '${count % 2 ? 'password of' : 'same again'}' "$1")" -ge ${Math.ceil(count / 2)} ]; do sleep 0.1; done`;
    const typed = ['correct horse', 'corect horse', 'correct horse', 'correct horse'].map(
      (word, index) => `${waitFor(index + 1)}; sleep 0.3; printf '${word}\\r'`,
    );
    const typing = `touch "$1"; ${typed.join('; ')}; until grep -q 'is written' "$1"; do sleep 0.1; done`;
    const screen = at('screen');
    await run('bash', ['-c', `(${typing}) | script -qefc "$2" "$1"`, 'bash', screen, command], {
      ...{ cwd: project.path, timeoutMs: 60_000, env: { PXECTL_CONFIG: '' } },
    });
    const shown = await read('screen');
    expect(shown).toContain('these are two different ones');
    expect(shown).not.toContain('horse');
    expect(verify('correct horse', await passwordOf(SEED))).toBe(true);
  });

  it('tells what a family has no place for, and who could not log in', async () => {
    const talos = await cli('seeds', 'new', 'talos', '--locale', 'de_DE.UTF-8');
    expect(talos.stderr).toContain('talos has no place for: locale');
    expect(talos.exitCode).toBe(0);
    await writeFile(at('nothing.pub'), '');
    const nobody = await cli('seeds', 'new', 'ubuntu', '--ssh-key', 'nothing.pub');
    expect(nobody).toMatchObject({ exitCode: 2 });
    expect(nobody.stderr).toContain('nobody could log in');
  });
});

describe('seeds check FILE', () => {
  it('takes a file that no machine has, also without a configuration, and knows what it is', async () => {
    await mkdir(at('elsewhere'));
    await writeFile(at('elsewhere/a.cfg'), 'd-i a/b string {{vars.disk}}\nd-i a/c\n');
    const checked = await cli('seeds', 'check', 'elsewhere/a.cfg');
    expect(checked).toMatchObject({ exitCode: 1 });
    expect(checked.stdout).toContain('elsewhere/a.cfg:2:1: fatal: the installer stops at this line');
    expect(checked.stderr).toContain('was looked at as preseed, for a machine that there is not');
    const nowhere = await pxectl(['seeds', 'check', at('elsewhere/a.cfg')], { cwd: '/' });
    expect(nowhere.stdout).toContain('a.cfg:2:1: fatal: the installer stops at this line');
    const other = await cli('seeds', 'check', '--kind', 'kickstart', 'elsewhere/a.cfg');
    expect(other.stdout).toContain('it is of the kind preseed, and the image wants kickstart');
    const mistyped = await cli('seeds', 'check', '--kind', 'kickstar', 'elsewhere/a.cfg');
    expect(mistyped).toMatchObject({ exitCode: 2 });
    expect(mistyped.stderr).toContain('preseed, autoinstall, kickstart, autoyast');
    await writeFile(at('elsewhere/b'), 'hello\n');
    expect((await cli('seeds', 'check', 'elsewhere/b')).stderr).toContain(
      'does not show which installer it is for',
    );
    expect((await cli('seeds', 'check', 'nobody')).stderr).toContain('there is no machine nobody');
  });

  it('tells what does not report, with the lines to add', async () => {
    await writeFile(at('a.cfg'), 'd-i a/b string c\n');
    const { stdout, exitCode } = await cli('seeds', 'check', 'a.cfg');
    expect(stdout).toContain('it never reports');
    expect(stdout).toContain('it will be installed again');
    expect(stdout).toContain(
      'd-i preseed/late_command string wget -q -O /dev/null --post-data= @PXECTL_REPORT@/done',
    );
    expect(exitCode).toBe(0);
  });
});

it('seeds show: as the installer gets it, and secrets for --show-secrets alone', async () => {
  await mkdir(at('secrets'), { mode: 0o700 });
  await writeFile(at('secrets/root'), 'hunter2\n');
  await writeFile(
    at('node.cfg'),
    'd-i a/b password {{secret "root"}}\nd-i a/c string {{machine.name}} @PXECTL_REPORT@/done\n',
  );
  await project.configure(
    `${CONFIG}machines: [{ mac: "52:54:00:12:34:56", name: node-1, install: { seed: node.cfg } }]\n`,
  );
  const rest = 'd-i a/c string node-1 http://192.168.1.50:8080/report/52-54-00-12-34-56/done\n';
  const shown = await cli('seeds', 'show', 'node-1');
  expect(shown.stdout).toBe(`d-i a/b password secret-root\n${rest}`);
  expect(shown.stderr).toContain('--show-secrets');
  expect((await cli('seeds', 'show', 'node-1', '--show-secrets')).stdout).toBe(
    `d-i a/b password hunter2\n${rest}`,
  );
  await writeFile(at('node.cfg'), 'd-i a/b string {{vars.nothing}}\n');
  const broken = await cli('seeds', 'show', 'node-1');
  expect(broken).toMatchObject({ exitCode: 3 });
  expect(broken.stderr).toContain('node.cfg:1:18: there is no vars.nothing');
});
