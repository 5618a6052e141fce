import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkSeedAt } from '../../../../src/machines/seeds/check-seed-files.ts';
import { seedFill } from '../../../../src/machines/seeds/fill-seed.ts';
import type { SeedView } from '../../../../src/machines/seeds/template-view.ts';
import { whereOf } from '../../../../src/machines/seeds/seed-problem.ts';
import { privatePlaces } from '../../../../src/model/private-places.ts';
import type { SeedFormat } from '../../../../src/model/image.ts';
import { KICKSTART, PRESEED, USER_DATA } from '../../../support/seed-samples.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pxectl-seed-'));
});
afterEach(() => rm(folder, { recursive: true }));

const write = async (files: Readonly<Record<string, string | Uint8Array>>): Promise<void> => {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
};
const told = async (format: SeedFormat, path = ''): Promise<readonly string[]> =>
  (await checkSeedAt(format, join(folder, path))).map((problem) => {
    const where = whereOf({ ...problem, path: relative(folder, problem.path) });
    return `${problem.weight} ${where}: ${problem.text.split('\n')[0] ?? ''}`;
  });

it('looks at every file of a NoCloud seed', async () => {
  await write({ 'user-data': USER_DATA, 'meta-data': 'instance-id: a\n', 'vendor-data': '', other: 'a' });
  await mkdir(join(folder, 'scripts'));
  expect(await told('autoinstall')).toEqual([]);
  await write({
    'meta-data': '[a, b]\n',
    'vendor-data': 'packages: [a]\n',
    'network-config': 'a: [\nb: c\n',
  });
  await write({ 'late.sh': 'curl @PXECTL_REPROT@/done\n' });
  expect((await told('autoinstall')).toSorted()).toEqual([
    expect.stringContaining(
      'gap late.sh:1:6: nobody fills in @PXECTL_REPROT@; did you mean @PXECTL_REPORT@?',
    ),
    expect.stringContaining('gap meta-data: it is not a YAML mapping: cloud-init ignores it'),
    expect.stringMatching(/^gap network-config:2:\d: it is not YAML/),
    expect.stringContaining('gap vendor-data:1:1: its first line is not #cloud-config'),
  ]);
});

it('says which file is missing', async () => {
  await write({ 'user-data': USER_DATA });
  expect(await told('autoinstall')).toEqual(['note : it has no meta-data: an empty one is served']);
  expect(await told('preseed')).toEqual(['fatal : it has no preseed.cfg, which the installer asks for']);
  await write({ 'preseed.cf': PRESEED });
  expect(await told('preseed')).toEqual([expect.stringContaining('; there is preseed.cf')]);
  expect(await told('preseed', 'nothing.cfg')).toEqual(['fatal nothing.cfg: it is not there']);
});

it('a script of the folder may report for the file that fetches it', async () => {
  const silent = KICKSTART.replace(/^curl.*$/m, 'sh /tmp/late.sh');
  await write({ 'ks.cfg': silent });
  expect(await told('kickstart')).toEqual([expect.stringContaining('gap ks.cfg: it never reports')]);
  await write({ 'late.sh': 'curl -fsS -X POST http://192.168.1.50:8080/report/$MAC/done\n' });
  expect(await told('kickstart')).toEqual([]);
});

it('what is no text, or no seed at all', async () => {
  await write({
    packed: Buffer.from([0x1f, 0x8b, 0xff, 0]),
    latin1: Buffer.from('d-i a/b string \xe4', 'latin1'),
  });
  await write({ 'my.iso': Buffer.alloc(5 * 1024 * 1024) });
  expect(await told('autoinstall', 'packed')).toEqual([expect.stringMatching(/^note packed: it is packed/)]);
  expect(await told('preseed', 'latin1')).toEqual([expect.stringMatching(/^gap latin1: it is not UTF-8/)]);
  expect(await told('preseed', 'my.iso')).toEqual(['fatal my.iso: it has 5 MiB: that is no seed']);
  expect(await told('none', 'packed')).toEqual([
    'fatal packed: its image has no unattended installation: nothing asks for this seed',
  ]);
});

const VIEW = {
  machine: { name: 'pc-01' },
  vars: { title: 'a: b', users: ['ann', 'bob'] },
  report: 'http://192.168.1.50:8080/report/52-54-00-00-00-01',
} as unknown as SeedView;

it('takes no link to what goes out to nobody', async () => {
  await mkdir(join(folder, 'secrets'));
  await mkdir(join(folder, 'seeds'));
  await write({ 'pxectl.yaml': '', 'secrets/bmc': 'hush', 'seeds/preseed.cfg': PRESEED });
  await symlink('../secrets/bmc', join(folder, 'seeds/late.sh'));
  const places = privatePlaces({ path: join(folder, 'pxectl.yaml'), stateRoot: join(folder, '.pxectl') });
  const look = () => checkSeedAt('preseed', join(folder, 'seeds'), { places });
  expect(await look()).toMatchObject([{ path: join(folder, 'seeds/late.sh'), weight: 'fatal' }]);
  await rm(join(folder, 'seeds/late.sh'));
  expect(await look()).toEqual([]);
});

it('looks at a template as its machine gets it, and names places in the template', async () => {
  const secretsFolder = join(folder, 'secrets');
  await mkdir(secretsFolder, { mode: 0o700 });
  await writeFile(join(secretsFolder, 'password'), 'hush: hush');
  const fill = seedFill({ view: VIEW, secretsFolder });
  const judge = async (text: string): Promise<readonly string[]> => {
    await write({ 'user-data': text });
    const problems = await checkSeedAt('autoinstall', join(folder, 'user-data'), { fill });
    return problems.map(
      ({ path, at, text: why }) => `${whereOf({ path: relative(folder, path), ...(at && { at }) })}: ${why}`,
    );
  };
  const good = USER_DATA.replace('@PXECTL_REPORT@', '{{report}}');
  const loop = '  x:\n{{#each vars.users}}\n    - {{this}}\n{{/each}}\n';
  expect(await judge(`${good}${loop}  y: {{yaml vars.title}}\n  z: {{yaml (secret "password")}}\n`)).toEqual(
    [],
  );
  expect(await judge(`${good}${loop}  y: {{vars.title}}\n`)).toEqual([
    expect.stringMatching(/^user-data:9:6: it is not YAML/),
  ]);
  expect(await judge(`${good}${loop}  y: {{vars.tilte}}\n`)).toEqual([
    'user-data:9:8: there is no vars.tilte; did you mean vars.title?',
  ]);
  const [secret = ''] = await judge(`${good}  y: {{secret "password"}}\n`);
  expect(secret).toMatch(/^user-data:5:\d+: one of its secrets breaks the lines around it/);
  expect(secret).not.toContain('hush');
});

it('does not wait for a FIFO', async () => {
  execFileSync('mkfifo', [join(folder, 'preseed.cfg')]);
  expect(await told('preseed')).toEqual(['fatal preseed.cfg: it is no file']);
  expect(await told('preseed', 'preseed.cfg')).toEqual(['fatal preseed.cfg: it is no file']);
});
