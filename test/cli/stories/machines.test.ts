import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configText, prepareState } from '../../support/engine/prepare-state.ts';
import { makeFolder, pxectl } from '../../support/pxectl-process.ts';

const MAC = '52:54:00:12:34:56';
const OTHER = '52:54:00:12:34:57';

let folder: Awaited<ReturnType<typeof makeFolder>>;
beforeEach(async () => {
  folder = await makeFolder();
  await prepareState(folder.path, configText());
  await mkdir(join(folder.path, 'seeds'));
  await writeFile(join(folder.path, 'seeds/node-1.cfg'), '');
});
afterEach(() => folder.remove());

const cli = (...args: string[]) => pxectl(args, { cwd: folder.path });
const config = () => readFile(join(folder.path, 'pxectl.yaml'), 'utf8');

describe('pxectl machines', () => {
  it('takes a seed as it is typed where one stands, and writes it as the file names it', async () => {
    const seeds = join(folder.path, 'seeds');
    const added = await pxectl(['machines', 'add', MAC, '--seed', 'node-1.cfg'], { cwd: seeds });
    expect(added.exitCode).toBe(0);
    expect(await config()).toContain('install: { seed: seeds/node-1.cfg, once: true }');
    expect(added.stderr).toContain(`pxectl machines arm ${MAC} lets the next network boot do so`);
    expect((await cli('machines')).stdout).toContain('idle');
  });

  it('refuses a seed that is not there, and --always without one', async () => {
    const before = await config();
    const missing = await cli('machines', 'add', MAC, '--seed', 'seeds/node-2.cfg');
    expect(missing.exitCode).toBe(2);
    expect(missing.stderr).toContain(`there is no seed ${join(folder.path, 'seeds/node-2.cfg')}`);
    expect((await cli('machines', 'add', MAC, '--always')).stderr).toContain('--always needs --seed');
    expect(await config()).toBe(before);
  });

  it('tells of a machine that cannot be added without a line of a file that has no such line', async () => {
    await cli('machines', 'add', MAC);
    const before = await config();
    const { exitCode, stderr } = await cli('machines', 'add', MAC, '--name', 'other');
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`pxectl.yaml is not written: machines[1].mac is "${MAC}"`);
    expect(stderr).toContain('machines[0] has it already');
    expect(stderr).not.toContain('mend line');
    expect(await config()).toBe(before);
  });

  it('arms nobody by an order of a machine that was taken out of the file by hand', async () => {
    const before = await config();
    await cli('machines', 'add', MAC, '--seed', 'seeds/node-1.cfg', '--arm', '--yes');
    await writeFile(join(folder.path, 'pxectl.yaml'), before);
    await cli('machines', 'add', MAC, '--seed', 'seeds/node-1.cfg');
    expect((await cli('machines')).stdout).toContain('idle');
  });

  it('loses none of many changes of the file at once', async () => {
    const macs = Array.from({ length: 8 }, (_, index) => `52:54:00:12:35:${10 + index}`);
    const [gone, rest] = [macs.slice(0, 4), macs.slice(4)];
    await cli('machines', 'add', ...gone);
    const calls = await Promise.all([
      ...gone.map((mac) => cli('machines', 'rm', mac)),
      ...rest.map((mac) => cli('machines', 'add', mac)),
    ]);
    expect(calls.map(({ exitCode }) => exitCode)).toEqual(macs.map(() => 0));
    const { machines } = JSON.parse((await cli('machines', '--json')).stdout) as {
      machines: { mac: string }[];
    };
    expect(machines.map(({ mac }) => mac).toSorted()).toEqual(rest);
  });

  it('records every one of many calls at once', async () => {
    const macs = Array.from({ length: 12 }, (_, index) => `52:54:00:12:35:${10 + index}`);
    await cli('machines', 'add', ...macs, '--seed', 'seeds/node-1.cfg');
    await cli('machines', 'arm', ...macs, '--yes');
    const calls = await Promise.all(macs.map((mac) => cli('machines', 'disarm', mac)));
    expect(calls.map(({ exitCode }) => exitCode)).toEqual(macs.map(() => 0));
    const { machines } = JSON.parse((await cli('machines', '--json')).stdout) as { machines: object[] };
    expect(machines).toMatchObject(macs.map((mac) => ({ mac, isArmed: false })));
  });

  it('arms by --arm and by arm, for one boot or (where the file allows it) for every one, and says who did', async () => {
    await cli('machines', 'add', MAC, '--name', 'once', '--seed', 'seeds/node-1.cfg', '--arm', '--yes');
    await cli('machines', 'add', OTHER, '--name', 'lab', '--seed', 'seeds/node-1.cfg', '--always');
    expect((await cli('machines')).stdout).toMatch(/once .*ARMED .*\nlab .*idle/);
    const refused = await cli('machines', 'arm', 'once', '--always', '--yes');
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain('once is to be installed once');
    expect((await cli('machines', 'arm', 'lab', '--always', '--yes')).stderr).toContain('EVERY network boot');
    expect((await cli('machines')).stdout).toContain('ARMED ALWAYS');
    const doctor = await cli('doctor', '--json');
    expect(doctor.stdout).toContain('install-at-every-boot');
  });

  it('an order goes with its machine, and is for the seed and the boots that it was given for', async () => {
    await writeFile(join(folder.path, 'seeds/other.cfg'), '');
    const arm = (...args: string[]) => cli('machines', 'arm', '--yes', 'node-1', ...args);
    await cli('machines', 'add', MAC, '--name', 'node-1', '--seed', 'seeds/node-1.cfg');
    await arm();
    const text = await config();
    await writeFile(join(folder.path, 'pxectl.yaml'), text.replace('node-1.cfg', 'other.cfg'));
    expect((await cli('machines')).stdout).toContain('idle');
    await writeFile(join(folder.path, 'pxectl.yaml'), text.replace('once: true', 'once: false'));
    await arm('--always');
    expect((await cli('machines')).stdout).toContain('ARMED ALWAYS');
    await writeFile(join(folder.path, 'pxectl.yaml'), text);
    expect((await cli('machines')).stdout).toContain('idle');
    await arm();
    await cli('machines', 'rm', MAC);
    await cli('machines', 'add', MAC, '--name', 'kiosk', '--seed', 'seeds/node-1.cfg');
    expect((await cli('machines')).stdout).toContain('idle');
  });

  it('arms nobody in a fresh clone, after a loss, or from a copied state', async () => {
    await cli('machines', 'add', MAC, '--name', 'node-1', '--seed', 'seeds/node-1.cfg', '--arm', '--yes');
    const clone = await makeFolder();
    await cp(folder.path, clone.path, { recursive: true, preserveTimestamps: true });
    const { stdout, stderr } = await pxectl(['machines'], { cwd: clone.path });
    await clone.remove();
    expect(stdout).toContain('idle');
    expect(stderr).toContain('nobody is armed');
    expect((await cli('machines')).stdout).toContain('ARMED');
    await rm(join(folder.path, '.pxectl', 'machines.json'));
    expect((await cli('machines')).stdout).toContain('idle');
  });

  it('says where nobody can be armed: a folder in place of machines.json', async () => {
    await cli('machines', 'add', MAC, '--name', 'node-1', '--seed', 'seeds/node-1.cfg');
    const state = join(folder.path, '.pxectl/machines.json');
    await mkdir(state, { recursive: true });
    for (const args of [
      ['machines'],
      ['render', '--for', MAC],
      ['status'],
      ['up', '--dry-run', '--no-look'],
    ]) {
      expect((await cli(...args)).exitCode, args.join(' ')).not.toBe(70);
    }
    const listed = await cli('machines');
    expect(listed.exitCode).toBe(0);
    expect(listed.stderr).toContain(`cannot use ${state}: it is a folder: nobody is armed`);
    const refused = await cli('machines', 'arm', 'node-1', '--yes');
    expect(refused.exitCode).toBe(4);
    expect(refused.stderr).toContain(`cannot use ${state}`);
    expect(refused.stderr).toContain('it is a folder');
  });

  it('arms machines that are known by their UUID or serial number alone; another identity is another machine', async () => {
    const uuid = '4c4c4544-0044-4a10-8056-b4c04f4c3332';
    const text = (await config()).replace('machines: []', '');
    const install = 'install: { seed: seeds/node-1.cfg }';
    await writeFile(
      join(folder.path, 'pxectl.yaml'),
      `${text}\nmachines:\n  - { uuid: "${uuid}", name: rack-1, ${install} }\n  - { serial: "AB 12", name: rack-2, ${install} }\n`,
    );
    const states = async (): Promise<string[]> =>
      (
        JSON.parse((await cli('machines', '--json')).stdout) as { machines: { state: string }[] }
      ).machines.map(({ state }) => state);
    const armed = await cli('machines', 'arm', '--yes', '--json', 'rack-1', 'AB 12');
    expect(armed.exitCode, armed.stderr).toBe(0);
    expect(JSON.parse(armed.stdout)).toMatchObject({
      machines: [
        { name: 'rack-1', mac: null, key: uuid, isArmed: true },
        { name: 'rack-2', mac: null, key: 'serial-4142203132', isArmed: true },
      ],
    });
    expect(await states()).toEqual(['armed', 'armed']);
    expect((await cli('machines', 'disarm', uuid)).exitCode).toBe(0);
    expect(await states()).toEqual(['idle', 'armed']);
    await cli('machines', 'arm', '--yes', 'rack-1');
    await cli('machines', 'set', 'rack-1', 'name=rack-one');
    expect(await states()).toEqual(['armed', 'armed']);
    await cli('machines', 'set', 'rack-one', 'uuid=4c4c4544-0044-4a10-8056-b4c04f4c3333');
    await cli('machines', 'rm', 'rack-2', '--yes');
    expect(await states()).toEqual(['idle']);
    expect(await readFile(join(folder.path, '.pxectl/machines.json'), 'utf8')).not.toContain('"armed"');
  });

  it('up and reload refuse an armed machine whose seed is not there', async () => {
    await cli('machines', 'add', MAC, '--name', 'node-1', '--seed', 'seeds/node-1.cfg', '--arm', '--yes');
    await rm(join(folder.path, 'seeds/node-1.cfg'));
    for (const command of ['up', 'reload']) {
      const { exitCode, stderr } = await cli(command);
      expect(exitCode).toBe(3);
      expect(stderr).toContain(
        `the install seed of node-1 is not there: ${join(folder.path, 'seeds/node-1.cfg')}`,
      );
      expect(stderr).toContain('pxectl machines disarm node-1');
    }
    await cli('machines', 'disarm', 'node-1');
    expect((await cli('reload')).exitCode).toBe(6);
  });
});

describe('pxectl machines with several names', () => {
  const macs = ['52:54:00:12:34:56', '52:54:00:12:34:57', '52:54:00:12:34:58'];
  const listed = async (): Promise<{ name: string; isArmed: boolean }[]> =>
    (
      JSON.parse((await cli('machines', '--json')).stdout) as {
        machines: { name: string; isArmed: boolean }[];
      }
    ).machines;

  it('changes all of them, or none', async () => {
    const added = await cli('machines', 'add', ...macs, '--seed', 'seeds/node-1.cfg', '--json');
    expect(added.exitCode).toBe(0);
    expect(JSON.parse(added.stdout)).toMatchObject({ changed: true, machines: macs.map((mac) => ({ mac })) });
    const names = (await listed()).map(({ name }) => name);
    expect(names).toEqual(['node-123456', 'node-123457', 'node-123458']);
    expect((await cli('machines', 'add', macs[0] ?? '', '52:54:00:12:34:99')).exitCode).toBe(2);
    expect(
      (await cli('machines', 'add', '52:54:00:12:34:98', '52:54:00:12:34:99', '--name', 'x')).exitCode,
    ).toBe(2);
    expect(await listed()).toHaveLength(3);

    expect((await cli('machines', 'arm', ...names, '--yes')).exitCode).toBe(0);
    const off = await cli('machines', 'disarm', 'node-123456', macs[1] ?? '', 'node-123456', '--json');
    expect(JSON.parse(off.stdout)).toMatchObject({
      changed: true,
      machines: [
        { name: 'node-123456', isArmed: false },
        { name: 'node-123457', isArmed: false },
      ],
    });
    expect((await listed()).map(({ isArmed }) => isArmed)).toEqual([false, false, true]);

    const typo = await cli('machines', 'rm', ...names, 'node-123459');
    expect(typo.exitCode).toBe(2);
    expect(typo.stderr).toContain('there is no machine node-123459');
    expect(typo.stderr).toContain('nothing is changed, for the others neither');
    expect((await cli('machines', 'rm', '--dry-run', ...names)).stdout).not.toContain('node-123456');
    expect(await listed()).toHaveLength(3);
    expect((await cli('machines', 'rm', ...names)).exitCode).toBe(0);
    expect(await listed()).toEqual([]);
  });
});

describe('pxectl render --for', () => {
  it('leaves out what a machine with this address cannot be', async () => {
    expect((await cli('render', '--for', MAC)).stdout).not.toContain('raspberry-pi');
    const pi = (await cli('render', '--for', 'b8:27:eb:00:00:01')).stdout;
    expect(pi).toMatch(/^raspberry-pi\n {2}no answer/m);
    expect(pi).not.toMatch(/^bios$/m);
  });

  it('says nothing of an image to a machine that gets no answer, and how to get the loader', async () => {
    const { stdout } = await cli('render', '--for', 'uefi-arm64');
    expect(stdout).toContain('no answer');
    expect(stdout).toContain('pxectl fetch --platform arm64');
    expect(stdout).not.toContain('then:');
  });
});
