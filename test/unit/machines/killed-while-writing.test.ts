import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openMachineStates } from '../../../src/machines/machine-states.ts';
import type { MachineKey } from '../../../src/model/machine-key.ts';
import { run } from '../../../src/platform/processes.ts';
import type { MacAddress } from '../../../src/protocol/addresses.ts';

const MAC = '52:54:00:00:00:01' as MacAddress;
const OTHER = '52:54:00:00:00:02' as MacAddress;
const ORDER = { at: '2026-01-01T10:00:00.000Z', by: 'ada', isAlways: false };

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'pxectl-killed-'));
  await openMachineStates({ root }).arm(new Map([[OTHER, ORDER]]));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const armed = async (): Promise<MachineKey[]> =>
  [...(await openMachineStates({ root }).known()).installs]
    .filter(([, { kind }]) => kind === 'armed')
    .map(([mac]) => mac);

describe('a pxectl killed as it writes who is armed', () => {
  it.each([
    ['before the file: all is as before', 1, [OTHER]],
    ['between the file and its seal: nobody is armed', 2, []],
    ['never: both are armed', 0, [OTHER, MAC]],
  ])('%s', async (_, killedAt, expected) => {
    const program = join(import.meta.dirname, '../../support/killed-writer.ts');
    const argument = JSON.stringify({ root, mac: MAC, killedAt });
    const { stdout } = await run(process.execPath, ['--import', 'tsx', program, argument]);
    expect(stdout.trim()).toBe(killedAt === 0 ? 'written' : '');
    expect((await armed()).sort()).toEqual([...expected].sort());
    if (killedAt === 2) expect(await readFile(join(root, 'machines.json'), 'utf8')).toContain(MAC);
    // the next order is taken at once: the dead one holds no lock
    await openMachineStates({ root }).arm(new Map([[MAC, ORDER]]));
    expect(await armed()).toContain(MAC);
  });
});
