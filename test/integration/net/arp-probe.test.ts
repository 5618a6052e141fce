import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { programArguments, TestNetwork } from '../../support/dhcp/test-network.ts';
import { itNeeds } from '../../support/external-tool.ts';

// server:lan0 ── other:eth0: the other one has .9 and, wrongly, the server's own address too
const network = new TestNetwork();
const needsRoot = itNeeds('root', 'ip');
let otherMac = '';
let localMac = '';

beforeAll(async () => {
  if (process.getuid?.() !== 0) return;
  await network.connect(
    { host: 'server', interfaceName: 'lan0', address: '10.77.0.1/24' },
    { host: 'other', interfaceName: 'eth0', address: '10.77.0.9/24' },
  );
  await network.run('other', 'ip', ['address', 'add', '10.77.0.1/24', 'dev', 'eth0']);
  const macOf = async (host: string, interfaceName: string): Promise<string> =>
    (await network.run(host, 'cat', [`/sys/class/net/${interfaceName}/address`])).stdout.trim();
  otherMac = await macOf('other', 'eth0');
  localMac = await macOf('server', 'lan0');
});
afterAll(() => network.destroy());

interface Probed {
  readonly found: Readonly<Record<string, string>>;
  readonly tookMs: number;
}

const ask = (addresses: readonly string[], interfaceName = 'lan0') => ({
  interfaceName,
  localMac,
  addresses,
  waitMs: 1500,
});

describe('who uses an address', () => {
  needsRoot('tells who answers, also for an address of our own, and changes nobody’s ARP table', async () => {
    const probed = await network.runJson<Probed>(
      'server',
      'arp-probe-process.ts',
      ask(['10.77.0.9', '10.77.0.1', '10.77.0.10']),
    );
    expect(probed.found).toEqual({ '10.77.0.9': otherMac, '10.77.0.1': otherMac });
    expect((await network.run('other', 'cat', ['/proc/net/arp'])).stdout).not.toContain(localMac);
  });

  needsRoot('ends as soon as all have answered', async () => {
    const probed = await network.runJson<Probed>('server', 'arp-probe-process.ts', {
      ...ask(['10.77.0.9']),
      waitMs: 30_000,
    });
    expect(probed.found).toEqual({ '10.77.0.9': otherMac });
    expect(probed.tookMs).toBeLessThan(10_000);
  });

  needsRoot('asks the kernel where koffi is not installed', async () => {
    // who asks as .1 gets no answer from another .1
    await network.run('other', 'ip', ['address', 'del', '10.77.0.1/24', 'dev', 'eth0']);
    const noKoffi = ['--import', join(import.meta.dirname, '../../support/dhcp/no-koffi.mjs')];
    const result = await network.run('server', process.execPath, [
      ...noKoffi,
      ...programArguments('arp-probe-process.ts', ask(['10.77.0.9', '10.77.0.10'])),
    ]);
    expect((JSON.parse(result.stdout) as Probed).found).toEqual({ '10.77.0.9': otherMac });
  });

  needsRoot('finds nobody on an interface that is not there', async () => {
    const probed = await network.runJson<Probed>(
      'server',
      'arp-probe-process.ts',
      ask(['10.77.0.200'], 'none0'),
    );
    expect(probed.found).toEqual({});
  });
});

describe('whose an address is', () => {
  interface Asked {
    readonly answers: readonly string[];
    readonly moreSockets: number;
  }
  const ask = (more: object): Promise<Asked> => {
    const options = { interfaceName: 'lan0', address: '10.77.0.9', mac: otherMac, waitMs: 1500, ...more };
    return network.runJson('server', 'confirm-card-process.ts', options);
  };
  const confirm = async (more: object = {}): Promise<string | undefined> => (await ask(more)).answers[0];

  needsRoot('is asked once for all who want to know it, over one socket', async () => {
    const { answers, moreSockets } = await ask({ waitMs: 20_000, times: 500 });
    expect([...new Set(answers)]).toEqual(['confirmed']);
    expect(moreSockets).toBe(0);
  });

  needsRoot('is said by the card that answers, not by a table that anybody writes', async () => {
    expect(await confirm({ waitMs: 20_000 })).toBe('confirmed');
    expect(await confirm({ mac: '02:00:00:00:00:77', waitMs: 20_000 })).toBe('another');
    expect(await confirm({ address: '10.77.0.200' })).toBe('silent');
    expect(await confirm({ interfaceName: 'none0' })).toBe('unknown');
    // a frame of one card that names another: what the table would believe
    const saidMac = '02:00:00:00:00:66';
    const liar = network.start(
      'other',
      process.execPath,
      programArguments('arp-liar.ts', {
        interfaceName: 'eth0',
        ownMac: otherMac,
        saidMac,
        address: '10.77.0.66',
      }),
    );
    await new Promise<void>((resolve) => liar.onLine((line) => line === 'ready' && resolve()));
    expect(await confirm({ address: '10.77.0.66', mac: saidMac, waitMs: 20_000 })).toBe('another');
    liar.kill('SIGTERM');
    await liar.ended;
  });
});
