import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../../src/platform/processes.ts';
import { TEST_IMAGE } from '../../support/engine/prepare-state.ts';
import { pxectlCommand } from '../../support/pxectl-process.ts';
import { useProject } from '../../support/test-project.ts';

const WRITTEN = `# the lab on the second floor
version: 1
network:
  interface: eth9 # the old card
  address: 10.9.9.9/24
  mode: proxy
http: { port: 8081 } # 8080 is the printer
images: [${TEST_IMAGE}]
boot: { default: ${TEST_IMAGE}, timeoutSeconds: 3 }
machines:
  # the one under the window
  - { mac: "52:54:00:12:34:56", name: node-1, install: { seed: node.cfg } }
mirrors: { "https://releases.ubuntu.com": "http://192.168.1.9/ubuntu" }
`;

const project = useProject('each', WRITTEN);
const { cli } = project;
let path: string;
beforeEach(async () => {
  await writeFile(join(project.path, 'node.cfg'), 'd-i passwd/root-login boolean true\n');
  path = join(project.path, 'pxectl.yaml');
});

const config = () => readFile(path, 'utf8');

/** The command on a terminal, where `keys` are typed. */
async function onTerminal(args: readonly string[], keys: string): ReturnType<typeof run> {
  const [file, words] = pxectlCommand(args, project.network);
  const command = [file, ...words].map((word) => `'${word}'`).join(' ');
  const screen = join(project.path, 'screen');
  const typing = `until grep -q 'y/N' "$1" 2>/dev/null; do sleep 0.1; done; printf '${keys}'; sleep 1`;
  return run('bash', ['-c', `(${typing}) | script -qefc "$2" "$1"`, 'bash', screen, command], {
    cwd: project.path,
    timeoutMs: 60_000,
    env: { PXECTL_CONFIG: '' },
  });
}

describe('init --force', () => {
  it('changes the network alone: machines, images, mirrors, keys and comments stay', async () => {
    const { exitCode, stderr } = await cli('init', '--force');
    expect(stderr).toContain('-  interface: eth9');
    expect(exitCode).toBe(0);
    expect(await config()).toBe(WRITTEN.replace('eth9', 'eno1').replace('10.9.9.9/24', '192.168.1.50/24'));
    expect(stderr).toContain(`kept as ${path}.bak`);
    expect(await readFile(`${path}.bak`, 'utf8')).toBe(WRITTEN);
  });

  it('says so when there is nothing to change, adds what it is told, and writes nothing in a dry run', async () => {
    const dry = await cli('init', '--force', '--dry-run', '--image', 'debian-13');
    expect(dry.stdout).toContain('debian-13');
    expect(await config()).toBe(WRITTEN);
    await cli('init', '--force', '--image', 'debian-13', TEST_IMAGE);
    expect(await config()).toContain(`images: [ ${TEST_IMAGE}, debian-13 ]`);
    expect((await cli('init', '--force')).stderr).toContain('says so already');
  });

  it('refuses a file that is no YAML, and mends one whose network is wrong', async () => {
    await writeFile(path, 'network: [\n');
    expect((await cli('init', '--force')).exitCode).not.toBe(0);
    expect(await config()).toBe('network: [\n');
    await writeFile(path, 'version: 1\nnetwork: { interface: eno1, address: 1.2.3 }\nimages: []\n');
    expect((await cli('init', '--force')).exitCode).toBe(0);
    expect(await config()).toContain('address: 192.168.1.50/24');
  });
});

it('machines add and rm keep comments, show what they change and keep the file before', async () => {
  await chmod(path, 0o600);
  const added = await cli('machines', 'add', '52:54:00:12:34:57', '--name', 'node-2');
  expect(added.stderr).toMatch(/^\+ +- \{ mac: .*node-2/m);
  expect(await readFile(`${path}.bak`, 'utf8')).toBe(WRITTEN);
  for (const file of [path, `${path}.bak`]) expect((await stat(file)).mode & 0o777).toBe(0o600);
  const removed = await cli('machines', 'rm', 'node-2');
  expect(removed.stderr).toMatch(/^- +- \{ mac: .*node-2/m);
  for (const comment of WRITTEN.match(/#.*/g) ?? []) expect(await config()).toContain(comment);
});

describe('what cannot be undone', () => {
  it.each([
    [['machines', 'arm', 'node-1']],
    [['machines', 'arm', 'node-1', '--json']],
    [['machines', 'add', '52:54:00:12:34:57', '--seed', 'node.cfg', '--arm']],
    [['images', 'rm', '--force', TEST_IMAGE]],
  ])('%j needs --yes where nobody can be asked, and says what to type', async (args) => {
    const { exitCode, stderr, stdout } = await cli(...args);
    expect(exitCode).toBe(2);
    expect(`${stdout}${stderr}`).toContain(`pxectl ${args.join(' ')} --yes`);
    expect(await config()).toBe(WRITTEN);
    expect(await readdir(join(project.path, '.pxectl/images'))).toContain(TEST_IMAGE);
    expect((await cli('machines')).stdout).toContain('idle');
    expect((await cli(...args, '--yes')).exitCode).toBe(0);
  });

  it('asks on a terminal, and does nothing for any answer but yes', async () => {
    const no = await onTerminal(['machines', 'arm', 'node-1'], '\\n');
    expect(no.stdout).toContain('may wipe the disk. Go on? [y/N]');
    expect(no.stdout).toContain('nothing is done');
    expect(no.exitCode).toBe(130);
    expect((await cli('machines')).stdout).toContain('idle');
    await writeFile(join(project.path, 'screen'), '');
    expect((await onTerminal(['machines', 'arm', 'node-1'], 'y\\n')).exitCode).toBe(0);
    expect((await cli('machines')).stdout).not.toContain('idle');
  });
});

describe('init beside a configuration', () => {
  const OWN = WRITTEN.replace('eth9', 'eno1').replace('10.9.9.9/24', '192.168.1.50/24');

  it('adds what is missing, changes what it is told to, and keeps the rest', async () => {
    await writeFile(path, OWN.replace('  mode: proxy\n', ''));
    const { exitCode, stderr } = await cli('init', '--image', 'debian-13');
    expect(exitCode).toBe(0);
    expect(stderr).toContain('+  mode: proxy');
    expect(await config()).toBe(OWN.replace(`[${TEST_IMAGE}]`, `[ ${TEST_IMAGE}, debian-13 ]`));
    await cli('init', '--address', 'auto');
    expect(await config()).toContain('  address: auto\n');
    expect(await readFile(join(project.path, '.gitignore'), 'utf8')).toBe(
      '.pxectl/\nsecrets/\npxectl.yaml.bak\n',
    );
  });

  it('does not exchange an interface that is not there for another, and says what does', async () => {
    const { exitCode, stderr } = await cli('init');
    expect(exitCode).toBe(4);
    expect(stderr).toContain('there is no interface eth9');
    expect(await config()).toBe(WRITTEN);
    expect((await cli('init', '--interface', 'eno1')).exitCode).toBe(0);
    expect(await config()).toBe(OWN);
  });

  it('adds its lines to a .gitignore that is there', async () => {
    await writeFile(path, OWN);
    await writeFile(join(project.path, '.gitignore'), '*.log\n/secrets');
    await cli('init');
    expect(await readFile(join(project.path, '.gitignore'), 'utf8')).toBe(
      '*.log\n/secrets\n.pxectl/\npxectl.yaml.bak\n',
    );
  });
});
