import { rmSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { createVirtualLan, type VirtualLan } from '../../../src/lab/virtual-lan.ts';
import type { LifeState } from '../../../src/model/life-cycle.ts';
import { start, type LongRunning } from '../../../src/platform/long-running.ts';
import type { ProcessResult } from '../../../src/platform/processes.ts';
import { macWithHyphens, parseMac, type MacAddress } from '../../../src/protocol/addresses.ts';
import { configText, prepareState } from '../../support/engine/prepare-state.ts';
import { itNeeds } from '../../support/external-tool.ts';
import { pxectl, pxectlCommand, type PrivateNetwork } from '../../support/pxectl-process.ts';

const NAMES = ['pc1', 'pc2', 'pc3'] as const;
type Name = (typeof NAMES)[number];

let lan: VirtualLan;
let folder: string;
let network: PrivateNetwork;
let installing: LongRunning | undefined;
let told: string[];
const macs = new Map<Name, MacAddress>();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pxectl-install-'));
  lan = await createVirtualLan({ folder: join(folder, 'lan') });
  network = { namespace: lan.namespaceOf('lan'), destroy: async () => undefined };
  for (const [index, name] of NAMES.entries()) {
    await lan.addHost(name, `192.168.1.${61 + index}`);
    const { stdout } = await lan.execIn(name, 'cat', ['/sys/class/net/eth0/address']);
    macs.set(name, parseMac(stdout.trim())!);
  }
  const machines = NAMES.map(
    (name) => `  - { mac: "${macs.get(name)}", name: ${name}, install: { seed: seed.cfg } }`,
  );
  await prepareState(folder, configText('proxy', `machines:\n${machines.join('\n')}`));
  await writeFile(join(folder, 'seed.cfg'), 'd-i preseed/late_command string wget @PXECTL_REPORT@/done\n');
  const { exitCode, stderr } = await cli('up', '--detach', '--no-look', '--engine', 'builtin');
  expect(exitCode, stderr).toBe(0);
});
afterEach(async () => {
  installing?.kill('SIGKILL');
  installing = undefined;
  await cli('down');
  await lan.destroy();
  rmSync(folder, { recursive: true, force: true });
});

const cli = (...args: string[]): Promise<ProcessResult> => pxectl(args, { cwd: folder, network });

/** Begins `pxectl install`, which is followed while the machines do their part. */
function install(...args: string[]): void {
  told = [];
  const [file, command] = pxectlCommand(['install', '--wait', '--yes', ...args], network);
  installing = start(file, command, {
    cwd: folder,
    env: { NO_COLOR: '1', PXECTL_CONFIG: '' },
  });
  installing.onLine((line) => told.push(line));
}
const tells = (text: string | RegExp) =>
  expect.poll(() => told.join('\n'), { timeout: 40_000 }).toMatch(text);
const stateOf = async (name: Name): Promise<LifeState | undefined> => {
  const { stdout } = await cli('machines', '--json');
  const { machines } = JSON.parse(stdout) as { machines: { name: string; state: LifeState }[] };
  return machines.find((one) => one.name === name)?.state;
};
const curl = async (name: Name, path: string, ...more: string[]): Promise<string> => {
  const url = `http://192.168.1.50:8080${path}`;
  return (await lan.execIn(name, 'curl', ['-s', '-w', ' %{http_code}', ...more, url])).stdout;
};
/** What each machine's boot file showed for its order when it last asked for its seed. */
const tokens = new Map<Name, string>();
const fetchSeed = async (name: Name): Promise<string> => {
  const key = macWithHyphens(macs.get(name)!);
  const script = await curl(name, `/machines/${key}.ipxe`);
  tokens.set(name, /\/token-[0-9a-f]{32}/.exec(script)?.[0] ?? tokens.get(name) ?? '');
  return curl(name, `/seed/${key}${tokens.get(name)}/preseed.cfg`);
};
const report = (name: Name, word: string, body = ''): Promise<string> => {
  const key = macWithHyphens(macs.get(name)!);
  return curl(name, `/report/${key}${tokens.get(name) ?? ''}/${word}`, '--data-binary', body);
};

describe('pxectl install --wait', () => {
  itNeeds(
    'root',
    'ip',
    'curl',
  )('follows each to its own end, and is good only when all report', async () => {
    install('--all', '--timeout', '15s');
    await tells(/pc3: is armed/);
    expect(await fetchSeed('pc1')).toMatch(/ 200$/);
    expect(await fetchSeed('pc2')).toMatch(/ 200$/);
    await tells(/pc1: has its seed[^]*pc2: has its seed|pc2: has its seed[^]*pc1: has its seed/);
    await report('pc1', 'progress', '40% packages');
    await tells('pc1: 40 %, packages');
    await report('pc1', 'done');
    await report('pc2', 'failed', 'no disk');
    // one that never boots holds nobody up, and is no danger after its time
    expect((await installing?.ended)?.exitCode).toBe(1);
    await tells(/pc1: installed/);
    await tells(/pc2: its installer says that it failed: no disk/);
    await tells(/pc3: its time is up, and no boot of it has fetched the seed: it is disarmed/);
    await tells(/1 of 3 installed/);
    expect(await stateOf('pc3')).toBe('idle');
    expect(await fetchSeed('pc3')).toMatch(/ 403$/);
  });

  itNeeds(
    'root',
    'ip',
    'curl',
  )('takes so many at once, and exits 0 when every one has reported', async () => {
    install('pc1', 'pc2', '--parallel', '1');
    await tells(/pc1: is armed/);
    expect(await stateOf('pc2')).toBe('idle');
    await fetchSeed('pc1');
    await report('pc1', 'done');
    await tells(/pc2: is armed/);
    await fetchSeed('pc2');
    await report('pc2', 'done');
    expect((await installing?.ended)?.exitCode).toBe(0);
    await tells(/2 of 2 installed/);
    expect(await stateOf('pc3')).toBe('idle');
  });

  itNeeds(
    'root',
    'ip',
    'curl',
  )('^C disarms what has not begun, and says what goes on', async () => {
    install('pc1', 'pc2');
    await tells(/pc2: is armed/);
    await fetchSeed('pc1');
    await tells(/pc1: has its seed/);
    installing?.kill('SIGINT');
    expect((await installing?.ended)?.exitCode).toBe(130);
    await tells(/pc1: goes on installing by itself/);
    await tells(/pc2: is disarmed: it had not begun/);
    expect(await stateOf('pc1')).toBe('installing');
    expect(await stateOf('pc2')).toBe('idle');
  });
});
