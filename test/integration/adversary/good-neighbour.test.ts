import { readdir, readFile, stat } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect } from 'vitest';
import { previousEventsPath } from '../../../src/watch/event-files.ts';
import { macWithHyphens } from '../../../src/protocol/addresses.ts';
import type { Wait } from '../../support/adversary/good-client.ts';
import {
  descriptors,
  Neighbourhood,
  type Attack,
  type Attacked,
} from '../../support/adversary/neighbourhood.ts';
import { HTTP_PORT, SECRET, SERVER } from '../../support/adversary/targets.ts';
import { itNeeds } from '../../support/external-tool.ts';

const MiB = 1024 * 1024;
/** Firmware waits for about a minute; on a busy machine everything takes its time. */
const LONGEST_WAIT_MS = 15_000;
/** Of the 20 addresses that are no configured machine's: a quarter is kept for who asks again. */
const MOST_TAKEN = 16;

let here: Neighbourhood;

beforeEach(async () => {
  here = await Neighbourhood.make();
});
afterEach(() => here.destroy());

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

/** Files of the state folder that grow as pxectl serves. */
async function growingBytes(): Promise<number> {
  const names = [
    ...(await readdir(here.at('.pxectl'))).map((name) => `.pxectl/${name}`),
    ...(await readdir(here.at('.pxectl/run'))).map((name) => `.pxectl/run/${name}`),
  ];
  const sizes = await Promise.all(names.map((name) => stat(here.at(name)).catch(() => undefined)));
  return sizes.reduce((sum, file) => sum + (file?.isFile() === true ? file.size : 0), 0);
}

async function expectWhole(): Promise<void> {
  const files = [previousEventsPath(here.at('.pxectl/events.jsonl')), here.at('.pxectl/events.jsonl')];
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => '');
    for (const line of text.split('\n')) if (line !== '') JSON.parse(line);
  }
  expect(await growingBytes()).toBeLessThan(40 * MiB);
  expect((await here.cli('status')).stdout).toContain('up since');
  expect((await here.cli('logs', '--json')).exitCode).toBe(0);
  const seed = async (host: string): Promise<string> => {
    const get = async (path: string): Promise<string> => {
      const url = `http://${SERVER}:${HTTP_PORT}${path}`;
      return (await here.lan.execIn(host, 'curl', ['-s', '-w', ' %{http_code}', url])).stdout;
    };
    const script = await get(`/machines/${macWithHyphens(here.mac)}.ipxe`);
    return get(/\/seed\/\S+/.exec(script)?.[0] ?? `/seed/${macWithHyphens(here.mac)}/preseed.cfg`);
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
  'reportOften',
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
      const pid = await here.up('builtin');
      const fresh = await descriptors(pid);
      // first: what it takes it has for ten minutes, in which the others come
      const attack = await here.attackBesideGoodClient([['takePool', 2 * LONG_MS], ...ATTACKS]);
      expectServed(attack);
      const taken = attack.attacked[1]?.result;
      expect(taken).toBeGreaterThan(0);
      expect(taken).toBeLessThanOrEqual(MOST_TAKEN);
      // a socket that is left behind would stay for ever; those of transfers that were given up go after their time
      await expect.poll(() => descriptors(pid), { timeout: 40_000 }).toBeLessThanOrEqual(fresh + 4);
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
      await here.up('dnsmasq');
      expectServed(await here.attackBesideGoodClient(ATTACKS));
      await expectWhole();
    },
    180_000,
  );
});
