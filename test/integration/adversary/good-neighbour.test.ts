import { rmSync } from 'node:fs';
import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { createVirtualLan, type VirtualLan } from '../../../src/lab/virtual-lan.ts';
import { previousEventsPath } from '../../../src/watch/event-files.ts';
import { macWithHyphens, parseMac, type MacAddress } from '../../../src/protocol/addresses.ts';
import type { Wait } from '../../support/adversary/good-client.ts';
import { HTTP_PORT, SECRET, SERVER } from '../../support/adversary/targets.ts';
import { configText, prepareState } from '../../support/engine/prepare-state.ts';
import { itNeeds } from '../../support/external-tool.ts';
import { pxectl } from '../../support/pxectl-process.ts';

const SUPPORT = join(import.meta.dirname, '../../support/adversary');
const MiB = 1024 * 1024;
/** Firmware waits for about a minute; on a busy machine everything takes its time. */
const LONGEST_WAIT_MS = 15_000;

type Attack = readonly [name: string, howLongMsOrOften: number];
interface Attacked {
  readonly attack: string;
  readonly beganAtMs?: number;
  readonly endedAtMs?: number;
  readonly result?: number;
}

let lan: VirtualLan;
let folder: string;
let mac: MacAddress;
const at = (name: string): string => join(folder, name);
const cli = (...args: string[]) => {
  const network = { namespace: lan.namespaceOf('lan'), destroy: async () => undefined };
  const env = {
    NODE_OPTIONS: `--expose-gc --import=file://${SUPPORT}/collect-garbage.mjs`,
    PXECTL_TEST_MEMORY: at('memory.json'),
  };
  return pxectl(args, { cwd: folder, network, env, timeoutMs: 120_000 });
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pxectl-neighbour-'));
  lan = await createVirtualLan({ folder: at('lan'), router: false });
  await lan.addHost('guest', '192.168.1.66');
  await lan.addHost('node', '192.168.1.61');
  const { stdout } = await lan.execIn('node', 'cat', ['/sys/class/net/eth0/address']);
  mac = parseMac(stdout.trim())!;
  const machine = `machines: [{ mac: "${mac}", name: node-1, install: { seed: seed.cfg } }]`;
  await prepareState(folder, `${configText('pxe-only', machine)}# ${SECRET}\n`);
  await writeFile(at('seed.cfg'), `# ${SECRET}\nd-i preseed/late_command string wget @PXECTL_REPORT@/done\n`);
  for (const name of ['secret', '.pxectl/secret', '.pxectl/serve/secret']) {
    await writeFile(at(name), SECRET, { flag: 'w' }).catch(() => undefined);
  }
});
afterEach(async () => {
  await cli('down');
  await lan.destroy();
  rmSync(folder, { recursive: true, force: true });
});

/** Serves, with an install ordered for node-1; the process id of what serves. */
async function up(engine: string): Promise<number> {
  const { exitCode, stderr } = await cli('up', '--detach', '--no-look', '--engine', engine);
  expect(exitCode, stderr).toBe(0);
  expect((await cli('machines', 'arm', '--yes', 'node-1')).exitCode).toBe(0);
  const session = JSON.parse(await readFile(at('.pxectl/run/session.json'), 'utf8')) as {
    process: { pid: number };
  };
  return session.process.pid;
}

/** The attacks one after the other from host guest, and how long the good client waited meanwhile. */
async function attack(attacks: readonly Attack[]): Promise<{ attacked: Attacked[]; waits: Wait[] }> {
  const waits: Wait[] = [];
  const attacked: Attacked[] = [];
  const program = (name: string) => ['--import', 'tsx', join(SUPPORT, name)];
  const good = await lan.startIn('client', process.execPath, program('good-client.ts'));
  const errors: string[] = [];
  good.onLine((line) => (line.startsWith('{') ? waits.push(JSON.parse(line) as Wait) : errors.push(line)));
  await expect.poll(() => waits.length, { timeout: 40_000, message: errors.join('\n') }).toBeGreaterThan(2);
  const bad = await lan.startIn('guest', process.execPath, [
    ...program('attacker-process.ts'),
    JSON.stringify(attacks),
  ]);
  bad.onLine((line) => {
    if (line.startsWith('{')) attacked.push(JSON.parse(line) as Attacked);
    else errors.push(line);
  });
  await bad.ended;
  const endedAtMs = Date.now();
  // whoever waited at the end is waited for
  await expect.poll(() => (waits.at(-1)?.atMs ?? 0) > endedAtMs, { timeout: 60_000 }).toBe(true);
  good.kill('SIGTERM');
  await good.ended;
  expect(attacked, errors.join('\n')).toHaveLength(2 * attacks.length);
  return { attacked, waits };
}

/** The longest wait for each business while each attack lasted. */
function longestWaits(
  attacked: readonly Attacked[],
  waits: readonly Wait[],
): Record<string, Record<string, number>> {
  const table: Record<string, Record<string, number>> = {};
  for (const { attack: name, beganAtMs } of attacked) {
    if (beganAtMs === undefined) continue;
    const endedAtMs =
      attacked.find((one) => one.attack === name && one.endedAtMs !== undefined)?.endedAtMs ?? 0;
    const during = waits.filter(({ atMs, waitMs }) => atMs < endedAtMs && atMs + waitMs > beganAtMs);
    const row: Record<string, number> = {};
    for (const { what, waitMs } of during) row[what] = Math.max(row[what] ?? 0, waitMs);
    table[name] = row;
  }
  return table;
}

const descriptors = async (pid: number): Promise<number> => (await readdir(`/proc/${pid}/fd`)).length;

async function memory(pid: number): Promise<{ rssBytes: number; heldBytes: number }> {
  rmSync(at('memory.json'), { force: true });
  process.kill(pid, 'SIGUSR2');
  await expect.poll(() => stat(at('memory.json')).catch(() => undefined), { timeout: 20_000 }).toBeDefined();
  return JSON.parse(await readFile(at('memory.json'), 'utf8')) as { rssBytes: number; heldBytes: number };
}

/** Files of the state folder that grow as pxectl serves. */
async function growingBytes(): Promise<number> {
  const names = [
    ...(await readdir(at('.pxectl'))).map((name) => `.pxectl/${name}`),
    ...(await readdir(at('.pxectl/run'))).map((name) => `.pxectl/run/${name}`),
  ];
  const sizes = await Promise.all(names.map((name) => stat(at(name)).catch(() => undefined)));
  return sizes.reduce((sum, file) => sum + (file?.isFile() === true ? file.size : 0), 0);
}

async function expectWhole(): Promise<void> {
  const files = [previousEventsPath(at('.pxectl/events.jsonl')), at('.pxectl/events.jsonl')];
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => '');
    for (const line of text.split('\n')) if (line !== '') JSON.parse(line);
  }
  expect(await growingBytes()).toBeLessThan(40 * MiB);
  expect((await cli('status')).stdout).toContain('up since');
  expect((await cli('logs', '--json')).exitCode).toBe(0);
  const seed = async (host: string): Promise<string> => {
    const url = `http://${SERVER}:${HTTP_PORT}/seed/${macWithHyphens(mac)}/preseed.cfg`;
    return (await lan.execIn(host, 'curl', ['-s', '-w', ' %{http_code}', url])).stdout;
  };
  const refused = await seed('guest');
  expect(refused).toMatch(/ 403$/);
  expect(refused).not.toContain(SECRET);
  expect(await seed('node')).toMatch(/late_command.* 200$/s);
}

const LONG_MS = 1500;
/** Those first whose places are given back by time alone. */
const ATTACKS: readonly Attack[] = [
  'tftpAndSilence',
  'blindAcks',
  'sendHalf',
  'readNothing',
  'sendAhead',
  'sendRubbish',
  'escapeByHttp',
  'discoverFlood',
  'malformedDhcp',
  'malformedTftp',
  'escapeByTftp',
].map((name) => [name, LONG_MS] as const);

/** No file of elsewhere came out, nobody was sent much more than he sent, and the good client waited for a while at most. */
function expectServed({ attacked, waits }: { attacked: readonly Attacked[]; waits: readonly Wait[] }): void {
  const result = (name: string): number | undefined =>
    attacked.find(({ attack: one, endedAtMs }) => one === name && endedAtMs !== undefined)?.result;
  expect([result('escapeByHttp'), result('escapeByTftp')]).toEqual([0, 0]);
  // dnsmasq has a short ERROR for each; a file would be hundreds of times as much
  expect(result('blindAcks')).toBeLessThan(3);
  const table = longestWaits(attacked, waits);
  process.stdout.write(`longest waits in ms: ${JSON.stringify(table)}\n`);
  const late = Object.entries(table).filter(([, row]) =>
    Object.values(row).some((ms) => ms > LONGEST_WAIT_MS),
  );
  expect(late).toEqual([]);
}

describe('a good client beside one that attacks', () => {
  itNeeds('root', 'ip', 'curl')(
    '(builtin) waits no longer than a boot can wait, and what the attacker took is given back',
    async () => {
      const pid = await up('builtin');
      const fresh = await descriptors(pid);
      expectServed(await attack(ATTACKS));
      const before = await memory(pid);
      // a quarter of what was measured once (20,000, 4,000 and 100,000: 2 % more memory), for the time that it takes
      const { attacked, waits } = await attack([
        ['exchangeOften', 2500],
        ['fetchOften', 1000],
        ['sendRubbish', 500],
        ['malformedDhcp', 500],
        ['askOften', 25_000],
      ]);
      process.stdout.write(`longest waits in ms: ${JSON.stringify(longestWaits(attacked, waits))}\n`);
      // a socket that is left behind would stay for ever; those of transfers that were given up go after their time
      await expect.poll(() => descriptors(pid), { timeout: 40_000 }).toBeLessThanOrEqual(fresh + 4);
      const after = await memory(pid);
      process.stdout.write(`memory before and after: ${JSON.stringify([before, after])}\n`);
      expect(after.heldBytes).toBeLessThan(1.1 * before.heldBytes);
      expect(after.rssBytes).toBeLessThan(1.1 * before.rssBytes + 16 * MiB);
      await expectWhole();
    },
    180_000,
  );

  itNeeds(
    'root',
    'ip',
    'curl',
    'dnsmasq',
    'nginx',
  )(
    '(dnsmasq) waits no longer than a boot can wait, and no file of elsewhere comes out',
    async () => {
      await up('dnsmasq');
      expectServed(await attack(ATTACKS));
      await expectWhole();
    },
    180_000,
  );
});
