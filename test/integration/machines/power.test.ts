import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { switchEach } from '../../../src/machines/power/switch-each.ts';
import {
  restartFromNetwork,
  switchPower,
  type PowerPlace,
} from '../../../src/machines/power/switch-power.ts';
import type { ControllerPower } from '../../../src/model/power.ts';
import { parseIpv4 } from '../../../src/protocol/addresses.ts';
import { startIpmiSimulator, type SimulatorHabits } from '../../support/power/ipmi-simulator.ts';
import {
  startRedfishController,
  type ControllerHabits,
  type RedfishController,
} from '../../support/power/redfish-controller.ts';
import { processMachine } from '../../support/power/switched-machine.ts';

let folder: string;
let place: PowerPlace;
const ends: (() => unknown)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'power-'));
  await mkdir(`${folder}/secrets`, { mode: 0o700 });
  await writeFile(`${folder}/secrets/bmc`, 'right\n', { mode: 0o600 });
  await writeFile(`${folder}/secrets/other`, 'wrong\n', { mode: 0o600 });
  place = { secrets: `${folder}/secrets`, address: parseIpv4('127.0.0.1')!, changeMs: 30_000 };
});

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
  await rm(folder, { recursive: true, force: true });
});

const powered = (
  power: Pick<ControllerPower, 'type' | 'host'> & Partial<ControllerPower>,
  name = 'node',
) => ({
  name,
  power: { user: 'admin', secret: 'bmc', boot: 'uefi', ...power } as const,
});

describe('IPMI against ipmi_sim', () => {
  const begin = async (habits?: SimulatorHabits) => {
    const simulator = await startIpmiSimulator(folder, habits);
    ends.push(() => simulator.close());
    return powered({ type: 'ipmi', host: simulator.host });
  };

  it('switches a process off and on, to boot once from the network', { timeout: 120_000 }, async () => {
    const process = processMachine();
    const machine = await begin({ machine: process });
    expect(await switchPower(machine, 'on', place)).toEqual({ state: 'on' });
    expect(await restartFromNetwork(machine, place)).toContain('boot from the network');
    expect(await switchPower(machine, 'restart', place)).toEqual({ state: 'on' });
    expect(process.starts).toEqual(['own order', 'network', 'own order']);
  });

  it('a yes that nothing follows is told', { timeout: 120_000 }, async () => {
    const machine = await begin({ lies: true });
    await expect(switchPower(machine, 'on', { ...place, changeMs: 1_000 })).rejects.toThrow(
      'node is still off',
    );
  });
});

describe('Redfish over TLS', () => {
  const begin = async (habits?: ControllerHabits): Promise<RedfishController> => {
    const controller = await startRedfishController(folder, habits);
    ends.push(() => controller.close());
    return controller;
  };
  const pinned = ({ host, fingerprint }: RedfishController, name?: string) =>
    powered({ type: 'redfish', host, fingerprint }, name);

  it('switches on, boots once from the network and off, and ends each session', async () => {
    const machine = processMachine();
    const controller = await begin({ machine, isChanged: true });
    expect(await switchPower(pinned(controller), 'on', place)).toEqual({ state: 'on' });
    await switchPower(pinned(controller), 'boot-network', place);
    expect(controller.boot).toEqual({
      BootSourceOverrideEnabled: 'Once',
      BootSourceOverrideTarget: 'Pxe',
      BootSourceOverrideMode: 'UEFI',
    });
    await restartFromNetwork(pinned(controller), place);
    await switchPower(pinned(controller), 'restart', place);
    expect(machine.starts).toEqual(['own order', 'network', 'own order']);
    expect(await switchPower(pinned(controller), 'off', place)).toEqual({ state: 'off' });
    expect(await machine.isOn()).toBe(false);
    expect(controller.sessions.size).toBe(0);
  });

  it('^C in the midst of a restart leaves no machine off', async () => {
    const machine = processMachine();
    const controller = await begin({ machine });
    await switchPower(pinned(controller), 'on', place);
    const stop = new AbortController();
    const restart = switchPower(pinned(controller), 'restart', { ...place, signal: stop.signal });
    const resets = (): number => controller.requests.filter((one) => one.includes('Reset')).length;
    await expect.poll(resets, { interval: 1 }).toBeGreaterThan(1);
    stop.abort();
    await restart.catch(() => undefined);
    await expect.poll(() => machine.isOn()).toBe(true);
    expect(controller.sessions.size).toBe(0);
  });

  it('takes a reset type that the controller allows, and boots BIOS where that is asked', async () => {
    const controller = await begin({ resets: ['ForceOn', 'GracefulShutdown'] });
    const { host, ca } = controller;
    const machine = powered({ type: 'redfish', host, ca, boot: 'bios' });
    expect(await switchPower(machine, 'on', place)).toEqual({ state: 'on' });
    await switchPower(machine, 'boot-network', place);
    expect(controller.boot['BootSourceOverrideMode']).toBe('Legacy');
    await expect(switchPower(machine, 'off', { ...place, changeMs: 500 })).rejects.toThrow('still on');
  });

  it('sends nothing to a controller of another certificate', async () => {
    const controller = await begin();
    const { host } = controller;
    const changed = powered({ type: 'redfish', host, fingerprint: '0'.repeat(64) });
    await expect(switchPower(changed, 'state', place)).rejects.toMatchObject({
      why: expect.stringContaining(controller.fingerprint) as string,
    });
    await expect(switchPower(powered({ type: 'redfish', host }), 'state', place)).rejects.toMatchObject({
      why: expect.stringContaining('give its fingerprint, or ca') as string,
    });
    expect(controller.requests).toEqual([]);
  });

  it.each([
    ['lies', { lies: true }, 'still off'],
    ['hangs', { hangs: true }, 'does not answer'],
    ['says 503', { status: 503 }, 'with 503; not now'],
  ])('one that %s is told, ends its session, and holds no other up', async (_, habits, text) => {
    const controller = await begin(habits);
    const good = `${folder}/good`;
    await mkdir(good);
    const other = await startRedfishController(good);
    ends.push(() => other.close());
    const machines = [pinned(controller, 'bad'), pinned(other, 'good'), { name: 'none' }];
    const told = await switchEach(
      machines,
      'on',
      { ...place, changeMs: 5_000, answerMs: 5_000 },
      () => undefined,
    );
    expect(told).toMatchObject([
      { name: 'bad', state: null, error: expect.stringContaining(text) as string },
      { name: 'good', state: 'on', error: null },
      { name: 'none', error: expect.stringContaining('has no power') as string },
    ]);
    expect(controller.sessions.size + other.sessions.size).toBe(0);
  });

  it('a wrong password says so, and shows neither', async () => {
    const controller = await begin();
    const machine = pinned(controller);
    const stranger = { ...machine, power: { ...machine.power, secret: 'other' } };
    const error: unknown = await switchPower(stranger, 'state', place).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'E_POWER', why: 'Wrong name or password' });
    expect(JSON.stringify(error)).not.toContain('wrong');
  });
});
