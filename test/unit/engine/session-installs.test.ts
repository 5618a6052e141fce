import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SessionInstalls } from '../../../src/engine/session-installs.ts';
import { openMachineStates } from '../../../src/machines/machine-states.ts';
import type { BootContext } from '../../../src/model/boot-context.ts';
import type { BootEvent } from '../../../src/model/boot-event.ts';
import { withLock } from '../../../src/platform/file-lock.ts';
import type { Ipv4Address, MacAddress } from '../../../src/protocol/addresses.ts';
import { RecordedEvents } from '../../support/recorded-events.ts';
import { contextFrom, DEBIAN_12 } from '../../support/boot-context.ts';

const MAC = '52:54:00:00:00:01' as MacAddress;
const ORDER = { by: 'ada', isAlways: false };

let root: string;
let context: BootContext;
/** what each writing of served files found decided */
let served: boolean[];
let whileReloading: Promise<void>;
const cards = new Map<string, MacAddress>();
const told = new RecordedEvents();
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
  told.clear();
  whileReloading = Promise.resolve();
  installs = new SessionInstalls({
    states: openMachineStates({ root }),
    sink: told,
    context: () => context,
    ownerOf: (mac) => context.config.machines.find((machine) => machine.mac === mac),
    cardAt: (ip) => cards.get(ip),
    decide: (decided) => (context = decided),
    serve: async (macs) => {
      expect(macs).toEqual([MAC]);
      served.push(isArmed());
    },
    reloadEngine: () => whileReloading,
  });
});
afterEach(async () => {
  installs.close();
  await rm(root, { recursive: true, force: true });
});

describe('a boot that installs', () => {
  const at = (seconds: number): string => new Date(Date.now() + seconds * 1000).toISOString();
  const state = () => context.config.machines[0]?.installState?.kind;
  const script = { path: '/boot.ipxe' };
  const here = '192.168.1.61' as Ipv4Address;
  let token: string | undefined;
  beforeEach(async () => {
    cards.clear();
    await installs.arm([MAC], ORDER);
    token = context.orderTokens?.get(MAC)?.secret;
    expect(await installs.spend(MAC, token)).toMatchObject({ kind: 'given' });
    await expect.poll(state).toBe('installing');
  });

  it('is not ended by packets in its name', async () => {
    const forged: BootEvent[] = [
      { time: at(10), type: 'dhcp.discover', mac: MAC, firmware: 'uefi-x64', detail: {} },
      // whose source is made up: nobody has acknowledged anything
      { time: at(11), type: 'tftp.start', mac: MAC, ip: here, detail: { path: 'grub/grub.cfg' } },
      // whose address is the machine's by what DHCP was told
      { time: at(12), type: 'http.get', mac: MAC, ip: '10.2.0.66' as Ipv4Address, detail: script },
      { time: at(13), type: 'http.get', ip: '10.2.0.66' as Ipv4Address, detail: { ...script, askedAs: MAC } },
      // acknowledged blindly, to every port there is: once is guessed, and one large window needs no more
      ...[
        { path: 'pxelinux.cfg/default', sizeBytes: 493, blksize: 512, windowsize: 1 },
        { path: 'lpxelinux.0', sizeBytes: 90_000, blksize: 1468, windowsize: 64 },
      ].map((detail): BootEvent => ({ time: at(14), type: 'tftp.done', mac: MAC, ip: here, detail })),
    ];
    cards.set(here, MAC);
    for (const event of forged) installs.take(event);
    // what is written is written in turn: this comes after whatever they began
    await installs.refresh();
    expect(await installs.spend(MAC, token)).toMatchObject({ kind: 'given' });
    expect(state()).toBe('installing');
  });

  it.each([
    ['http.get', script],
    ['tftp.done', { path: 'lpxelinux.0', sizeBytes: 90_000, blksize: 1468, windowsize: 1 }],
    // as dnsmasq tells it
    ['tftp.done', { path: 'ipxe/snponly-x64.efi', sizeBytes: 300_000 }],
  ] as const)('is over when its card has fetched what it boots by (%s)', async (type, detail) => {
    cards.set(here, MAC);
    installs.take({ time: at(10), type, mac: MAC, ip: here, detail });
    await expect.poll(state).toBe('unreported');
  });

  it('is over when nothing is heard of it for hours, and may report after all', async () => {
    const hoursFromNow = (hours: number): number => Date.now() + hours * 3_600_000;
    await installs.look(hoursFromNow(5.9));
    expect(state()).toBe('installing');
    await installs.look(hoursFromNow(6.1));
    expect(state()).toBe('unreported');
    expect(told.of('install.unreported')).toMatchObject([
      { mac: MAC, detail: { machine: 'node-1', message: expect.stringContaining('not installed again') } },
    ]);
    expect(told.of('machine.state').at(-1)).toMatchObject({
      detail: { from: 'installing', to: 'unreported' },
    });
    // its order is used up, and nobody is armed by that
    expect(isArmed()).toBe(false);
    expect(await installs.spend(MAC, token)).toMatchObject({ kind: 'refused', state: { how: 'silent' } });
    const { installs: kept } = await openMachineStates({ root }).known();
    expect(kept.get(MAC)).toMatchObject({ kind: 'unreported' });
    // it is told once
    await installs.look(hoursFromNow(7));
    expect(told.of('install.unreported')).toHaveLength(1);
    await installs.report(MAC);
    expect(state()).toBe('installed');
  });

  it('goes on for as long as its installer says something, and is not waited for once it was disarmed', async () => {
    vi.useFakeTimers({ now: Date.now() + 5 * 3_600_000, toFake: ['Date'] });
    try {
      installs.heard(MAC, MAC);
      await installs.look(Date.now() + 5 * 3_600_000);
      expect(state()).toBe('installing');
      // a second order is for the boot after it, and stays
      await installs.arm([MAC], ORDER);
      await installs.look(Date.now() + 7 * 3_600_000);
      expect(context.config.machines[0]?.installState).toMatchObject({ kind: 'armed', by: 'ada' });
      expect(context.config.machines[0]?.installState).not.toHaveProperty('running');
      expect(told.of('install.unreported')).toMatchObject([
        { detail: { message: expect.not.stringContaining('again') } },
      ]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('behind a relay it is over when a script was fetched in its name', async () => {
    const machines = context.config.machines.map((machine) => ({ ...machine, isRelayed: true }));
    context = { ...context, config: { ...context.config, machines } };
    const ip = '10.2.0.20' as Ipv4Address;
    installs.take({ time: at(10), type: 'http.get', ip, detail: { ...script, askedAs: MAC } });
    await expect.poll(state).toBe('unreported');
  });
});

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
