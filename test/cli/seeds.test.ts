import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { KICKSTART, PRESEED } from '../support/seed-samples.ts';
import { CONFIG, useProject } from '../support/test-project.ts';

const MAC = '52:54:00:12:34:56';
const BROKEN = PRESEED.replace('partman/confirm boolean true', 'partman/confirm');
const WHAT = 'node.cfg:4:1: the installer stops at this line: an answer is: OWNER QUESTION TYPE VALUE';

const project = useProject();
const { cli } = project;
beforeEach(() => seed(BROKEN));

const seed = (text: string) => writeFile(join(project.path, 'node.cfg'), text);
const configure = (more: string) => project.configure(`${CONFIG}${more}\n`);
const WITH_SEED = `machines: [{ mac: "${MAC}", name: node-1, install: { seed: node.cfg } }]`;

it('machines add tells what is wrong with a seed, and add --arm refuses it and adds nothing', async () => {
  const added = await cli('machines', 'add', MAC, '--name', 'node-1', '--seed', 'node.cfg');
  expect(added.stderr).toContain('warning: the seed of node-1 cannot work: ');
  expect(added.stderr).toContain(WHAT);
  expect(added.exitCode).toBe(0);
  const other = '52:54:00:12:34:57';
  const refused = await cli('machines', 'add', other, '--seed', 'node.cfg', '--arm', '--yes');
  expect(refused.stderr).toContain('is not armed: its seed');
  expect(refused.exitCode).toBe(3);
  expect((await cli('machines')).stdout).not.toContain(other);
});

it('machines arm refuses a seed that cannot work, of another kind, or that is not there', async () => {
  await configure(WITH_SEED);
  const arm = () => cli('machines', 'arm', 'node-1', '--yes');
  for (const [text, why] of [
    [BROKEN, WHAT],
    [KICKSTART, 'node.cfg: it is of the kind kickstart, and the image wants preseed'],
  ] as const) {
    await seed(text);
    const refused = await arm();
    expect(refused.stderr).toContain('node-1 is not armed: its seed');
    expect(refused.stderr).toContain(why);
    expect(refused.exitCode).toBe(3);
  }
  await configure(WITH_SEED.replace('node.cfg', 'nothing.cfg'));
  expect((await arm()).stderr).toContain('nothing.cfg: it is not there');
  await configure(WITH_SEED);
  await seed(PRESEED);
  expect(await arm()).toMatchObject({ exitCode: 0 });
});

it('arm knows the kind of an image before it is fetched, and that some have none', async () => {
  const text = CONFIG.replace('images: [debian-12]', 'images: [debian-12, rocky-9, arch]');
  await project.configure(
    `${text}machines:
  - { mac: "${MAC}", name: red, image: rocky-9, install: { seed: node.cfg } }
  - { mac: "52:54:00:12:34:57", name: live, image: arch, install: { seed: node.cfg } }
`,
  );
  expect((await cli('machines', 'arm', 'red', '--yes')).stderr).toContain(
    'it is of the kind preseed, and the image wants kickstart',
  );
  expect((await cli('machines', 'arm', 'live', '--yes')).stderr).toContain(
    'its image has no unattended installation',
  );
});

it('up, reload and doctor tell it', async () => {
  await configure(WITH_SEED);
  const up = await cli('up', '--no-look', '--detach', '--engine', 'builtin');
  expect(up.stderr).toContain('warning: the seed of node-1 cannot work: ');
  expect(up.stderr).toContain(WHAT);
  expect(up.stderr.split(WHAT)).toHaveLength(2);
  expect(up.exitCode).toBe(0);

  const reload = await cli('reload');
  expect(reload.stderr).toContain(WHAT);
  expect(reload.exitCode).toBe(0);

  const doctor = await cli('doctor', '--json');
  const { findings } = JSON.parse(doctor.stdout) as { findings: readonly { readonly id: string }[] };
  expect(findings.find(({ id }) => id === 'seed-invalid')).toMatchObject({
    severity: 'error',
    title: 'node-1: its seed cannot work',
    evidence: [{ source: `${join(project.path, 'node.cfg')}:4:1` }],
  });
  expect(doctor.exitCode).toBe(1);
  // its servers hold their ports, and with --no-look nobody has looked at the network
  expect(findings.map(({ id }) => id)).not.toContain('engine-not-answering');
  expect(JSON.parse(doctor.stdout)).toMatchObject({
    checks: expect.arrayContaining([
      expect.objectContaining({ id: 'ports', status: 'ok' }),
      expect.objectContaining({ id: 'network', status: 'not-checked' }),
    ]) as unknown,
  });

  await seed(PRESEED);
  expect((await cli('reload')).stderr).not.toContain('the seed of');
});

it('a template is looked at for each machine: what only one lacks is told of that one, what all have once', async () => {
  const machine = (index: number, vars: string) =>
    `  - { mac: "52:54:00:12:34:5${index}", name: pc-${index}, profile: room, vars: { ${vars} } }`;
  await configure(`vars: { language: en }
profiles: { room: { image: debian-12, install: { seed: node.cfg }, vars: { locale: en_US.UTF-8 } } }
machines:
${[machine(1, 'disk: /dev/sda'), machine(2, 'dsik: /dev/sdb'), machine(3, 'disk: /dev/sdc, locale: "a\\nb"')].join('\n')}`);
  await seed(
    `d-i a/locale string {{vars.locale}}\nd-i a/disk string {{vars.disk}}\nd-i a/lang string {{vars.language}}\n`,
  );
  const reload = await cli('up', '--no-look', '--dry-run', '--engine', 'builtin');
  expect(reload.stderr).toContain(
    'the seed of pc-2 cannot work: ' +
      `${join(project.path, 'node.cfg')}:2:21: there is no vars.disk; did you mean vars.dsik?`,
  );
  expect(reload.stderr).toContain(`:1:21: vars.locale has a line break`);
  expect(reload.stderr.match(/never reports/g)).toHaveLength(1);
  expect(await cli('machines', 'arm', 'pc-1', '--yes')).toMatchObject({ exitCode: 0 });
  expect(await cli('seeds', 'check', 'pc-1')).toMatchObject({ exitCode: 0 });
  const checked = await cli('seeds', 'check', 'node.cfg');
  expect(checked.stdout).toContain(':2:21: fatal: there is no vars.disk; did you mean vars.dsik? (pc-2)');
  expect(checked.stdout).toContain('(pc-1)');
  expect(checked.stderr).toContain('3 machines with a seed were looked at');
  expect(checked.exitCode).toBe(1);
  const refused = await cli('machines', 'arm', 'pc-1', 'pc-2', '--yes');
  expect(refused.stderr).toContain('pc-2 is not armed: its seed');
  expect(refused.exitCode).toBe(3);
});
