import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configText, prepareState } from '../support/engine/prepare-state.ts';
import { makeFolder, pxectl } from '../support/pxectl-process.ts';

const MAC = '52:54:00:12:34:56';

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
    expect((await cli('machines')).stdout).toContain('armed');
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

  it('says that the install of a machine that was here before is disarmed', async () => {
    const add = () => cli('machines', 'add', MAC, '--seed', 'seeds/node-1.cfg');
    await add();
    await cli('machines', 'disarm', MAC);
    await cli('machines', 'rm', MAC);
    expect((await add()).stderr).toContain(`pxectl machines arm ${MAC} allows it again`);
  });

  it('up and reload refuse an armed machine whose seed is not there', async () => {
    await cli('machines', 'add', MAC, '--name', 'node-1', '--seed', 'seeds/node-1.cfg');
    await writeFile(join(folder.path, 'pxectl.yaml'), (await config()).replace('node-1.cfg', 'gone.cfg'));
    for (const command of ['up', 'reload']) {
      const { exitCode, stderr } = await cli(command);
      expect(exitCode).toBe(3);
      expect(stderr).toContain(
        `the install seed of node-1 is not there: ${join(folder.path, 'seeds/gone.cfg')}`,
      );
      expect(stderr).toContain('pxectl machines disarm node-1');
    }
    await cli('machines', 'disarm', 'node-1');
    expect((await cli('reload')).exitCode).toBe(6);
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
