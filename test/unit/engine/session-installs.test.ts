import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SessionInstalls } from '../../../src/engine/session-installs.ts';
import { openMachineStates } from '../../../src/machines/machine-states.ts';
import type { BootContext } from '../../../src/model/boot-context.ts';
import { withLock } from '../../../src/platform/file-lock.ts';
import type { MacAddress } from '../../../src/protocol/addresses.ts';
import { contextFrom, DEBIAN_12 } from '../../support/boot-context.ts';

const MAC = '52:54:00:00:00:01' as MacAddress;
const ORDER = { by: 'ada', isAlways: false };

let root: string;
let context: BootContext;
/** what each writing of served files found decided */
let served: boolean[];
let whileReloading: Promise<void>;
let installs: SessionInstalls;

const isArmed = (): boolean => context.config.machines[0]?.isArmed === true;
const configured = (): BootContext =>
  contextFrom(
    `version: 1
network: { interface: eno1, address: 192.168.1.50 }
images: [debian-12]
boot: { default: debian-12 }
machines: [{ mac: "${MAC}", name: node-1, install: { seed: node.cfg } }]
`,
    [DEBIAN_12],
    root,
  );

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'pxectl-installs-'));
  context = configured();
  served = [];
  whileReloading = Promise.resolve();
  installs = new SessionInstalls({
    states: openMachineStates({ root }),
    sink: { emit: () => undefined },
    context: () => context,
    ownerOf: (mac) => context.config.machines.find((machine) => machine.mac === mac),
    decide: (decided) => (context = decided),
    serve: async (macs) => {
      expect(macs).toEqual([MAC]);
      served.push(isArmed());
    },
    reloadEngine: () => whileReloading,
  });
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe('what a running pxectl decides of installs', () => {
  it('is served while the disk does not answer', async () => {
    await installs.arm([MAC], ORDER);
    expect(served).toEqual([true]);
    let disarmed: Promise<void> | undefined;
    await withLock(root, 'machines', async () => {
      disarmed = installs.disarm([MAC]);
      await expect.poll(() => served, { timeout: 10_000 }).toEqual([true, false]);
      expect(isArmed()).toBe(false);
      expect(await installs.spend(MAC)).toMatchObject({ kind: 'refused' });
    });
    await disarmed;

    await installs.arm([MAC], ORDER);
    let reported: Promise<void> | undefined;
    await withLock(root, 'machines', async () => {
      reported = installs.report(MAC);
      await expect.poll(() => served, { timeout: 10_000 }).toEqual([true, false, true, false]);
    });
    await reported;
  });

  it('is served while the engine is at a reload, and a reload does not bring back what it read before', async () => {
    await installs.arm([MAC], ORDER);
    let goOn = (): void => undefined;
    whileReloading = new Promise((resolve) => (goOn = resolve));
    const armedAsRead = context;
    const disarmed = installs.disarm([MAC]);
    // the reload puts in force what it read while the machine was armed
    await installs.refresh(armedAsRead);
    await expect.poll(() => served, { timeout: 10_000 }).toEqual([true, false]);
    expect(isArmed()).toBe(false);
    goOn();
    await disarmed;
  });

  it('ends with what it was given for: a machine that is written into the file again is not armed', async () => {
    const before = context;
    await installs.arm([MAC], ORDER);
    await installs.refresh({ ...before, config: { ...before.config, machines: [] } });
    await installs.refresh(before);
    expect(isArmed()).toBe(false);
    expect(await installs.spend(MAC)).toMatchObject({ kind: 'refused' });
  });
});
