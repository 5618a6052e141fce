import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { MacAddress } from '../../../src/protocol/addresses.ts';
import type { CrowdMember } from '../../support/dhcp/crowd-client.ts';
import { CLIENT } from '../../support/engine/contract-cases.ts';
import { createEngineLab, whySkipped, type EngineLab } from '../../support/engine/engine-lab.ts';
import { configText } from '../../support/engine/prepare-state.ts';

/** MACs that differ by 21 in their last byte: dnsmasq's hash differs by 21 too, and the range has 21 addresses. */
const collidingMac = (index: number): MacAddress =>
  `52:54:00:77:00:${(0x10 + 21 * index).toString(16).padStart(2, '0')}` as MacAddress;

const skip = await whySkipped('dnsmasq');
/** Cards of several makers: consecutive ones would get consecutive addresses by themselves. */
const MACS = Array.from({ length: 20 }, (_, index) => {
  const suffix = ((index * 7919 + 104_729) % 65_536).toString(16).padStart(4, '0');
  return `52:54:00:12:${suffix.slice(0, 2)}:${suffix.slice(2)}` as MacAddress;
});

describe.skipIf(skip !== undefined)('twenty machines that ask within a second, mode pxe-only', () => {
  let lab: EngineLab | undefined;
  afterEach(() => lab?.destroy());

  const crowd = async (
    engine: 'builtin' | 'dnsmasq',
    yaml: string,
    { macs = MACS, everyMs = 0, squatter = '', againMs = undefined as number | undefined } = {},
  ): Promise<CrowdMember[]> => {
    lab = await createEngineLab({ yaml });
    const { layout, lan } = lab;
    if (squatter !== '')
      await lan.execIn('client', 'ip', ['address', 'add', `${squatter}/32`, 'dev', 'eth0']);
    const running = await lab.startEngine(engine);
    await running.ready();
    const offers = (): Promise<string> => readFile(`${layout.run}/config/dnsmasq.offers`, 'utf8');
    if (squatter !== '') await expect.poll(offers, { timeout: 20_000 }).toContain(squatter);
    const client = await lab.lan.execIn(
      'client',
      process.execPath,
      [
        '--import',
        'tsx',
        'test/support/dhcp/crowd-client.ts',
        JSON.stringify({ macs, localAddress: CLIENT, listenMs: 4000, everyMs, againMs }),
      ],
      { timeoutMs: 60_000 },
    );
    if (client.exitCode !== 0) throw new Error(client.stderr);
    return JSON.parse(client.stdout) as CrowdMember[];
  };
  const expectAllServed = (members: CrowdMember[]): void => {
    expect(
      members.filter(({ refusals, acknowledged }) => refusals > 0 || acknowledged === undefined),
    ).toEqual([]);
    expect(new Set(members.map(({ offered }) => offered)).size).toBe(members.length);
  };
  const wide = (text: string): string => text.replace('.200-192.168.1.220', '.200-192.168.1.230');
  const machines = [
    'machines:',
    ...MACS.map((mac, index) => `  - { mac: "${mac}", name: pc-${index} }`),
  ].join('\n');

  it('the built-in server offers each an address of its own, of 21 the last ones when they ask again', async () => {
    expectAllServed(await crowd('builtin', configText('pxe-only'), { againMs: 1000 }));
  }, 120_000);

  it('dnsmasq offers no address twice that it has offered a moment ago, and none that is in use', async () => {
    // nobody configured them, and all fall on one address of the 21 by dnsmasq's hash of their MACs
    const macs = [0, 1, 2, 3].map((index) => collidingMac(index));
    const members = await crowd('dnsmasq', configText('pxe-only'), {
      macs,
      everyMs: 500,
      // whom pxectl has seen there when it began to serve
      squatter: '192.168.1.203',
    });
    expectAllServed(members);
    expect(members.map(({ offered }) => offered)).not.toContain('192.168.1.203');
  }, 120_000);

  it.each(['builtin', 'dnsmasq'] as const)(
    '%s keeps one for each configured machine',
    async (engine) => {
      expectAllServed(await crowd(engine, wide(configText('pxe-only', machines))));
    },
    120_000,
  );
});
