import { createSocket } from 'node:dgram';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCheck } from '../../../src/doctor/checks/check.ts';
import { powerCheck } from '../../../src/doctor/checks/power-check.ts';
import { switchEach } from '../../../src/machines/power/switch-each.ts';
import {
  restartFromNetwork,
  switchPower,
  type PowerPlace,
} from '../../../src/machines/power/switch-power.ts';
import { parseConfig } from '../../../src/model/config-file.ts';
import { inOneLine } from '../../../src/model/errors.ts';
import type { ControllerPower } from '../../../src/model/power.ts';
import { stateLayout } from '../../../src/model/state-layout.ts';
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
    await expect(switchPower(machine, 'on', { ...place, changeMs: 1_000 })).rejects.toMatchObject({
      ...{ message: 'it is still off', next: 'pxectl doctor power-without-effect' },
    });
  });

  it('a wrong password, and a wrong user, are told', { timeout: 120_000 }, async () => {
    const machine = await begin();
    const refused = (other: Partial<ControllerPower>) =>
      switchPower({ ...machine, power: { ...machine.power, ...other } }, 'state', place).catch(inOneLine);
    expect(await refused({ secret: 'other' })).toMatch(/its password is another.*power-login-refused$/);
    expect(await refused({ user: 'guest' })).toMatch(/unauthorized name.*power-login-refused$/);
  });

  it('one that says nothing is told in time, with what it was asked, and not who asks', async () => {
    const silent = createSocket('udp4');
    ends.push(() => silent.close());
    await new Promise<void>((resolve) => silent.bind(0, '127.0.0.1', resolve));
    const machine = powered({ type: 'ipmi', host: `127.0.0.1:${silent.address().port}`, user: 'secretary' });
    const error = await switchPower(machine, 'state', { ...place, answerMs: 1_500 }).catch(inOneLine);
    expect(error).toMatch(
      /asked by ipmitool for chassis power status, does not answer; nothing within 1.5 s/,
    );
    expect(error).toMatch(/; pxectl doctor power-controller-silent$/);
    expect(error).not.toContain('secretary');
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

  it('boots by HTTP where that is asked, and takes a weak entity tag for what it is', async () => {
    const controller = await begin({ isWeak: true });
    const { host, fingerprint } = controller;
    const machine = powered({ type: 'redfish', host, fingerprint, boot: 'uefi-http' });
    await switchPower(machine, 'boot-network', place);
    expect(controller.boot).toEqual({
      BootSourceOverrideEnabled: 'Once',
      BootSourceOverrideTarget: 'UefiHttp',
      BootSourceOverrideMode: 'UEFI',
    });
  });

  it('a virtual controller, without sessions and without once, does it too', async () => {
    const process = processMachine();
    const machine = pinned(await begin({ machine: process, isVirtual: true }));
    expect(await switchPower(machine, 'on', place)).toEqual({ state: 'on' });
    await restartFromNetwork(machine, place);
    expect(process.starts).toEqual(['own order', 'network']);
    const stranger = { power: { ...machine.power, secret: 'other' } };
    await expect(switchPower(stranger, 'state', place)).rejects.toMatchObject({
      next: 'pxectl doctor power-login-refused',
    });
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
    ['lies', { lies: true }, 'still off', 'power-without-effect'],
    ['hangs', { hangs: true }, 'no whole answer within 2.5 s', 'power-controller-silent'],
    ['says 503', { status: 503 }, 'with 503; not now', 'power-controller-fails'],
  ])('one that %s is told, ends its session, and holds no other up', async (_, habits, text, finding) => {
    const controller = await begin(habits);
    const good = `${folder}/good`;
    await mkdir(good);
    const other = await startRedfishController(good);
    ends.push(() => other.close());
    const machines = [pinned(controller, 'bad'), pinned(other, 'good'), { name: 'none' }];
    const told = await switchEach(
      machines,
      'on',
      { ...place, changeMs: 2_500, answerMs: 2_500 },
      () => undefined,
    );
    expect(told).toMatchObject([
      { name: 'bad', state: null, error: expect.stringContaining(text) as string, finding },
      { name: 'good', state: 'on', error: null, finding: null },
      { name: 'none', error: expect.stringContaining('has no power') as string },
    ]);
    expect(controller.sessions.size + other.sessions.size).toBe(0);
  });

  it('one that says On after ForceOff is told', async () => {
    const machine = processMachine();
    await machine.switchOn('own order');
    const controller = await begin({ machine, lies: true });
    const off = switchPower(pinned(controller), 'off', { ...place, changeMs: 1_000 });
    await expect(off).rejects.toMatchObject({
      message: 'it is still on',
      why: `its controller ${controller.host} said yes to off, 1 s ago`,
      details: { finding: 'power-without-effect', controller: controller.host },
    });
  });

  it.each(['constructor', '__proto__', { toString: 1 }, null])(
    'one that says %j of the state of its machine says nothing',
    async (said) => {
      const controller = await begin({ oddly: { PowerState: said } });
      expect(await switchPower(pinned(controller), 'state', place)).toEqual({ state: 'unknown' });
    },
  );

  it('one that repeats the password that it does not take gives it away to nobody', async () => {
    const controller = await begin({ oddly: {} });
    const stranger = { ...pinned(controller), power: { ...pinned(controller).power, secret: 'other' } };
    const [told] = await switchEach([stranger], 'state', place, () => undefined);
    expect(told?.error).toContain("The value '[secret]' for the property Password");
  });

  it('one that is not there is told', async () => {
    const controller = await begin();
    await controller.close();
    ends.pop();
    await expect(switchPower(pinned(controller), 'state', place)).rejects.toMatchObject({
      why: expect.stringContaining('ECONNREFUSED') as string,
      next: 'pxectl doctor power-controller-silent',
    });
  });

  it('a wrong password says so, and shows neither', async () => {
    const controller = await begin();
    const machine = pinned(controller);
    const stranger = { ...machine, power: { ...machine.power, secret: 'other' } };
    const error: unknown = await switchPower(stranger, 'state', place).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      ...{ code: 'E_POWER', why: 'Wrong name or password' },
      details: { finding: 'power-login-refused', controller: controller.host },
    });
    expect(JSON.stringify(error)).not.toContain('wrong');
  });
});

describe('pxectl doctor --probe', () => {
  it('names the controllers that are ill, one finding for all that do the same, and hurts nobody', async () => {
    const habits: readonly ControllerHabits[] = [{}, { status: 503 }, { status: 500 }, { hangs: true }];
    const controllers = await Promise.all(
      habits.map(async (one, index) => {
        const own = join(folder, `bmc-${index}`);
        await mkdir(own);
        const controller = await startRedfishController(own, one);
        ends.push(() => controller.close());
        return controller;
      }),
    );
    const lines = controllers.map(
      ({ host, fingerprint }, index) =>
        `  - { mac: "52:54:00:00:00:0${index}", name: n${index}, power: { host: "${host}", fingerprint: ${fingerprint} } }`,
    );
    const config = parseConfig(
      `version: 1
network: { interface: eno1, address: 192.168.1.50 }
profiles: { rack: { power: { type: redfish, user: admin, secret: bmc } } }
machines:
${lines.join('\n').replaceAll('name:', 'profile: rack, name:')}
`,
      { path: join(folder, 'pxectl.yaml'), stateRoot: join(folder, '.pxectl') },
    );
    const project = { config, layout: stateLayout(join(folder, '.pxectl')) };
    const { signal } = new AbortController();
    expect(await runCheck(powerCheck(project, false, signal))).toMatchObject({ status: 'not-checked' });
    expect(controllers.flatMap(({ requests }) => requests)).toEqual([]);
    const { status, detail, findings } = await runCheck(powerCheck(project, true, signal));
    expect({ status, detail }).toEqual({ status: 'found', detail: '1 of 4 answer' });
    const seen = findings.map(({ id, evidence }) => [id, evidence.map(({ source }) => source)]);
    expect(seen).toEqual([
      ['power-controller-silent', ['n3']],
      ['power-controller-fails', ['n1', 'n2']],
    ]);
    expect(controllers.flatMap(({ requests }) => requests).filter((one) => one.includes('Reset'))).toEqual(
      [],
    );
    expect(controllers.map(({ sessions }) => sessions.size)).toEqual([0, 0, 0, 0]);
  });
});
