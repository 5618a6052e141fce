import { cp, mkdir, mkdtemp, readFile, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  openMachineStates,
  type MachineStates,
  type SpendResult,
} from '../../../src/machines/machine-states.ts';
import { isTokenOf } from '../../../src/machines/order-tokens.ts';
import { writeState } from '../../../src/machines/state-file.ts';
import type { ArmedOrder, InstallState } from '../../../src/model/machine-state.ts';
import { withLock } from '../../../src/platform/file-lock.ts';
import type { MacAddress } from '../../../src/protocol/addresses.ts';

const MAC = '52:54:00:00:00:01' as MacAddress;
const OTHER = '52:54:00:00:00:02' as MacAddress;
const ORDER: ArmedOrder = {
  at: '2026-01-01T10:00:00.000Z',
  by: 'ada',
  isAlways: false,
  seed: '/srv/node.cfg',
  image: 'debian-12',
};
const T1 = '2026-01-01T11:00:00.000Z';
const T2 = '2026-01-01T12:00:00.000Z';
const T3 = '2026-01-01T13:00:00.000Z';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'pxectl-machines-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const file = (): string => join(root, 'machines.json');
const seal = (): string => join(root, 'machines.seal');
const arm = (...macs: MacAddress[]): Promise<void> =>
  openMachineStates({ root }).arm(new Map(macs.map((mac) => [mac, ORDER])));
const stateOf = async (mac: MacAddress): Promise<InstallState['kind']> =>
  (await openMachineStates({ root }).known()).installs.get(mac)?.kind ?? 'not-armed';
/** What boot files hold now. */
const tokenNow = async (mac = MAC): Promise<string | undefined> =>
  (await openMachineStates({ root }).known()).tokens.get(mac)?.secret;
/** A boot with the boot files of now asks for its seed. */
const bootsAndAsks = async (states: MachineStates, at: string): Promise<SpendResult> =>
  states.spend(MAC, at, await tokenNow());
const problem = async (): Promise<string> => (await openMachineStates({ root }).known()).problem ?? '';

describe('an order', () => {
  it('is given by somebody, at a time, for a boot; before that nobody is armed', async () => {
    expect(await stateOf(MAC)).toBe('not-armed');
    await arm(MAC);
    expect((await openMachineStates({ root }).known()).installs.get(MAC)).toEqual({
      kind: 'armed',
      ...ORDER,
    });
    expect(await stateOf(OTHER)).toBe('not-armed');
  });

  it('is spent by the boot that fetches the seed; the next one is closed out, report or not', async () => {
    await arm(MAC);
    const states = openMachineStates({ root });
    expect(await bootsAndAsks(states, T1)).toEqual({ kind: 'given', isSpent: true });
    // cloud-init asks three times within one boot
    expect(await bootsAndAsks(states, T1)).toEqual({ kind: 'given', isSpent: false });
    expect(await stateOf(MAC)).toBe('installing');
    // the firmware's own repeats are no new boot
    expect(await states.bootedAgain(MAC, T1)).toBeUndefined();
    expect(await states.bootedAgain(MAC, T2)).toMatchObject({ kind: 'unreported', since: T1 });
    expect(await bootsAndAsks(states, T2)).toMatchObject({ kind: 'refused', state: { kind: 'unreported' } });
  });

  it('has a token of its own, which its boot keeps, no state shows, and no later boot has', async () => {
    const tokens = async () => (await openMachineStates({ root }).known()).tokens;
    await arm(MAC, OTHER);
    const armed = await tokens();
    const { secret } = armed.get(MAC)!;
    expect(secret).toMatch(/^[0-9a-f]{32}$/);
    expect(armed.get(OTHER)?.secret).not.toBe(secret);
    const states = openMachineStates({ root });
    await bootsAndAsks(states, T1);
    expect((await tokens()).get(MAC)).toEqual({ secret, spentAt: T1 });
    expect(JSON.stringify([...(await states.known()).installs])).not.toContain(secret);
    await states.bootedAgain(MAC, T2);
    // whatever was seen meanwhile, it may report
    expect(isTokenOf((await tokens()).get(MAC), secret, 'report', Date.parse(T2))).toBe(true);
    await arm(MAC);
    const next = (await tokens()).get(MAC);
    expect(next?.secret).not.toBe(secret);
    expect(isTokenOf(next, secret, 'report', Date.parse(T2))).toBe(true);
    expect(isTokenOf(next, secret, 'seed', Date.parse(T2))).toBe(false);
    // and nobody has spent the new one
    expect(isTokenOf(next, next?.secret, 'report', Date.parse(T2))).toBe(false);
    expect(isTokenOf(next, next?.secret, 'seed', Date.parse(T2))).toBe(true);
    await states.disarm([MAC, OTHER]);
    expect((await tokens()).has(OTHER)).toBe(false);
    expect(isTokenOf((await tokens()).get(MAC), next?.secret, 'seed', Date.parse(T2))).toBe(false);
  });

  it('reported: installed, and the next boot does not install', async () => {
    await arm(MAC);
    const states = openMachineStates({ root });
    await bootsAndAsks(states, T1);
    expect(await states.report(MAC, T2)).toEqual({ isWritten: true });
    expect(await states.bootedAgain(MAC, '2026-01-01T13:00:00.000Z')).toBeUndefined();
    expect(await states.spend(MAC, T2)).toMatchObject({ kind: 'refused', state: { kind: 'installed' } });
  });

  it('for every boot is not spent', async () => {
    const states = openMachineStates({ root });
    await states.arm(new Map([[MAC, { ...ORDER, isAlways: true }]]));
    await bootsAndAsks(states, T1);
    await states.report(MAC, T1);
    expect(await bootsAndAsks(states, T2)).toEqual({ kind: 'given', isSpent: false });
    await states.disarm([MAC]);
    expect(await stateOf(MAC)).toBe('not-armed');
  });

  it('of one machine changes nothing for another, however many are changed at once', async () => {
    const macs = Array.from({ length: 12 }, (_, index) => `52:54:00:00:01:${10 + index}` as MacAddress);
    await arm(OTHER, ...macs);
    // each with a view of its own, as twelve commands would have
    await Promise.all(macs.map((mac) => openMachineStates({ root }).disarm([mac])));
    for (const mac of macs) expect(await stateOf(mac)).toBe('not-armed');
    expect(await stateOf(OTHER)).toBe('armed');
  });
});

describe('an order that is given while the machine installs', () => {
  const AGAIN = { ...ORDER, by: 'bob' };
  const again = () => openMachineStates({ root }).arm(new Map([[MAC, AGAIN]]));
  const running = { since: T1, armedBy: 'ada', isClosed: false };
  const known = async () => (await openMachineStates({ root }).known()).installs.get(MAC);

  it('is for the boot after: the one that runs neither spends it nor ends it by its report', async () => {
    await arm(MAC);
    const states = openMachineStates({ root });
    const first = await tokenNow();
    await bootsAndAsks(states, T1);
    await again();
    expect(await known()).toEqual({ kind: 'armed', ...AGAIN, running });
    // its installer asks once more
    expect(await states.spend(MAC, T1, first)).toEqual({ kind: 'given', isSpent: false });
    expect(await known()).toEqual({ kind: 'armed', ...AGAIN, running });
    await states.report(MAC, T2);
    await states.report(MAC, T2);
    expect(await known()).toEqual({ kind: 'armed', ...AGAIN });
    expect(await states.bootedAgain(MAC, T3)).toBeUndefined();
    expect(await states.spend(MAC, T3, first)).toMatchObject({ kind: 'refused' });
    expect(await bootsAndAsks(states, T3)).toEqual({ kind: 'given', isSpent: true });
    expect(await known()).toEqual({ kind: 'installing', since: T3, armedBy: 'bob' });
    await states.report(MAC, T3);
    expect(await known()).toEqual({ kind: 'installed', since: T3, at: T3 });
  });

  it('is spent by the boot after one that never reported, and that is told of the first', async () => {
    await arm(MAC);
    const states = openMachineStates({ root });
    await bootsAndAsks(states, T1);
    await again();
    // the firmware's own repeats are no new boot
    expect(await states.bootedAgain(MAC, T1)).toBeUndefined();
    expect(await states.bootedAgain(MAC, T2)).toEqual({
      ...{ kind: 'unreported', since: T1, at: T2, how: 'booted-again' },
    });
    expect(await states.bootedAgain(MAC, T2)).toBeUndefined();
    expect(await known()).toEqual({ kind: 'armed', ...AGAIN });
    expect(await bootsAndAsks(states, T2)).toEqual({ kind: 'given', isSpent: true });
    expect(await known()).toEqual({ kind: 'installing', since: T2, armedBy: 'bob' });
  });

  it('is spent by its token, whether that boot was seen or not', async () => {
    await arm(MAC);
    const states = openMachineStates({ root });
    await bootsAndAsks(states, T1);
    await again();
    expect(await bootsAndAsks(states, T2)).toEqual({ kind: 'given', isSpent: true });
    expect(await known()).toEqual({ kind: 'installing', since: T2, armedBy: 'bob' });
  });

  it('outlives the late report of a boot that was followed by another', async () => {
    await arm(MAC);
    const states = openMachineStates({ root });
    await bootsAndAsks(states, T1);
    await states.bootedAgain(MAC, T2);
    await again();
    await states.report(MAC, T2);
    expect(await known()).toEqual({ kind: 'armed', ...AGAIN });
    expect(await bootsAndAsks(states, T3)).toEqual({ kind: 'given', isSpent: true });
  });

  it('opens no seed to a boot that was disarmed, and goes without closing the one that runs', async () => {
    await arm(MAC);
    const states = openMachineStates({ root });
    const first = await tokenNow();
    await bootsAndAsks(states, T1);
    await again();
    await states.withdraw([MAC]);
    expect(await known()).toEqual({ kind: 'installing', since: T1, armedBy: 'ada' });
    await again();
    await states.disarm([MAC]);
    await again();
    expect(await states.spend(MAC, T1, first)).toMatchObject({
      kind: 'refused',
      state: { kind: 'armed', by: 'bob', running: { isClosed: true } },
    });
    await states.bootedAgain(MAC, T2);
    expect(await bootsAndAsks(states, T2)).toEqual({ kind: 'given', isSpent: true });
  });

  it('keeps its token when it is given twice: the machine may have its boot file already', async () => {
    await arm(MAC);
    const tokenOf = async () => (await openMachineStates({ root }).known()).tokens.get(MAC);
    const first = await tokenOf();
    await arm(MAC);
    expect(await tokenOf()).toEqual(first);
  });

  it('has another token, and the boot that runs keeps its own', async () => {
    await arm(MAC);
    const states = openMachineStates({ root });
    const tokenOf = async () => (await states.known()).tokens.get(MAC);
    const first = await tokenOf();
    await bootsAndAsks(states, T1);
    await again();
    const both = await tokenOf();
    expect(both?.earlier).toEqual({ secret: first?.secret, spentAt: T1 });
    for (const token of [first, both]) {
      expect(isTokenOf(both, token?.secret, 'seed', Date.parse(T2))).toBe(true);
    }
    await states.bootedAgain(MAC, T2);
    const earlier = { secret: first?.secret, spentAt: T1, isOver: true };
    expect(await tokenOf()).toEqual({ secret: both?.secret, isUnspent: true, earlier });
  });
});

describe('a disarm', () => {
  it('of a machine that is installing closes its seed for that boot; its report still counts', async () => {
    await arm(MAC, OTHER);
    const states = openMachineStates({ root });
    await bootsAndAsks(states, T1);
    expect(await states.disarm([MAC])).toEqual({ isWritten: true });
    expect(await bootsAndAsks(states, T1)).toMatchObject({ kind: 'refused', state: { kind: 'not-armed' } });
    expect(await states.bootedAgain(MAC, T2)).toEqual({ kind: 'not-armed' });
    expect(await stateOf(MAC)).toBe('not-armed');
    await states.report(MAC, T2);
    expect(await stateOf(MAC)).toBe('installed');
    await states.disarm([MAC]);
    expect(await stateOf(MAC)).toBe('installed');
  });

  it('holds from its call, in this process and before the disk', async () => {
    await arm(MAC);
    const states = openMachineStates({ root });
    await withLock(root, 'machines', async () => {
      const isWritten = states.disarm([MAC]);
      expect((await states.known()).installs.get(MAC)).toEqual({ kind: 'not-armed' });
      void isWritten.catch(() => undefined);
    });
    await states.close();
    expect(await stateOf(MAC)).toBe('not-armed');
  });

  it('by another process, as the seed is asked for, is not written over', async () => {
    await arm(MAC);
    const token = await tokenNow();
    let spent: Promise<SpendResult> | undefined;
    await withLock(root, 'machines', async () => {
      spent = openMachineStates({ root }).spend(MAC, T1, token);
      await sleep(300);
      // what another process does while it holds the lock
      await writeState({ root }, new Map([[MAC, {}]]));
    });
    expect(await spent).toMatchObject({ kind: 'refused', state: { kind: 'not-armed' } });
    expect(await stateOf(MAC)).toBe('not-armed');
  });

  it('of this process, while the seed waits for the lock, closes it', async () => {
    await arm(MAC);
    const states = openMachineStates({ root });
    const token = await tokenNow();
    let spent: Promise<SpendResult> | undefined;
    await withLock(root, 'machines', async () => {
      spent = states.spend(MAC, T1, token);
      await sleep(300);
      void states.disarm([MAC]);
    });
    expect(await spent).toMatchObject({ kind: 'refused', state: { kind: 'not-armed' } });
    await states.close();
  });

  it('after an arm that still waits for the disk wins over it', async () => {
    const states = openMachineStates({ root });
    await withLock(root, 'machines', async () => {
      const orders = [states.arm(new Map([[OTHER, ORDER]])), states.arm(new Map([[MAC, ORDER]]))];
      void states.disarm([MAC]);
      void Promise.all(orders);
      await sleep(50);
    });
    await states.close();
    expect([await stateOf(MAC), await stateOf(OTHER)]).toEqual(['not-armed', 'armed']);
  });
});

describe('a place that cannot be read or written', () => {
  it('machines.json as a folder: nobody is armed, and nothing is written over it', async () => {
    await mkdir(file());
    expect(await stateOf(MAC)).toBe('not-armed');
    expect(await problem()).toMatch(/cannot use .*machines\.json: it is a folder: nobody is armed/);
    await expect(arm(MAC)).rejects.toMatchObject({ code: 'E_PERMISSION', kind: 'environment' });
    expect(await openMachineStates({ root }).spend(MAC, T1)).toMatchObject({ kind: 'refused' });
    expect(await openMachineStates({ root }).disarm([MAC])).toMatchObject({ isWritten: false });
    await rmdir(file());
    await arm(MAC);
    expect(await stateOf(MAC)).toBe('armed');
  });

  it('its seal as a folder: the same', async () => {
    await arm(MAC);
    await rm(seal());
    await mkdir(join(seal(), 'something'), { recursive: true });
    expect(await stateOf(MAC)).toBe('not-armed');
    await expect(arm(MAC)).rejects.toMatchObject({ code: 'E_PERMISSION' });
    expect(await stateOf(MAC)).toBe('not-armed');
  });

  it('a folder called as a lock of a dead process stands in nobody’s way; a file in place of the folder is told', async () => {
    await mkdir(join(root, `.lock-machines.${2 ** 22 + 1}.1.00000000`));
    await arm(MAC);
    expect(await stateOf(MAC)).toBe('armed');
    const noFolder = openMachineStates({ root: file() });
    expect((await noFolder.known()).installs.size).toBe(0);
    await expect(noFolder.arm(new Map([[MAC, ORDER]]))).rejects.toMatchObject({ code: 'E_PERMISSION' });
  });
});

describe('a state file that is not what pxectl wrote here last arms nobody', () => {
  it('lost, cut, of an older pxectl, or rubbish: it is kept aside and said', async () => {
    for (const text of ['', '{', '[]', '{"schema":"pxectl.machines/1","disarmed":{}}', '\0\0\0', 'null']) {
      await arm(MAC);
      await writeFile(file(), text);
      expect(await stateOf(MAC)).toBe('not-armed');
      expect(await problem()).toMatch(/nobody is armed/);
      await arm(OTHER);
      expect([await stateOf(MAC), await stateOf(OTHER)]).toEqual(['not-armed', 'armed']);
    }
    expect((await readdir(root)).filter((name) => name.includes('unreadable')).length).toBeGreaterThan(0);
    await arm(MAC);
    await rm(file());
    expect(await stateOf(MAC)).toBe('not-armed');
  });

  it('an old backup, put back in any way', async () => {
    await arm(MAC);
    const [oldFile, oldSeal] = [await readFile(file()), await readFile(seal())];
    await cp(root, `${root}-backup`, { recursive: true, preserveTimestamps: true });
    await bootsAndAsks(openMachineStates({ root }), T1);
    // written over in place, seal and all
    await writeFile(file(), oldFile);
    await writeFile(seal(), oldSeal);
    expect(await stateOf(MAC)).toBe('not-armed');
    expect(await problem()).toContain(MAC);
    // the whole folder of then
    await rm(root, { recursive: true });
    await rename(`${root}-backup`, root);
    expect(await stateOf(MAC)).toBe('not-armed');
  });

  it('a copy in another folder', async () => {
    await arm(MAC);
    const copy = `${root}-copy`;
    await cp(root, copy, { recursive: true, preserveTimestamps: true });
    const known = await openMachineStates({ root: copy }).known();
    expect(known.installs.get(MAC)?.kind).toBe('not-armed');
    await rm(copy, { recursive: true });
    expect(await stateOf(MAC)).toBe('armed');
  });

  it('property: whatever is put in its place', async () => {
    await arm(MAC);
    const good = await readFile(file(), 'utf8');
    const change = fc.oneof(
      fc.string({ maxLength: 200 }),
      fc.nat(good.length).map((at) => good.slice(0, at)),
      fc
        .tuple(fc.nat(good.length - 1), fc.string({ minLength: 1, maxLength: 1 }))
        .map(([at, char]) => good.slice(0, at) + char + good.slice(at + 1)),
      fc.constant(good),
    );
    await fc.assert(
      fc.asyncProperty(change, async (text) => {
        await writeFile(file(), text);
        expect(await stateOf(MAC)).toBe('not-armed');
      }),
      { numRuns: 12 },
    );
  });
});
