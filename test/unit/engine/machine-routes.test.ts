import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { machineRoutes } from '../../../src/engine/machine-routes.ts';
import type { SpendResult } from '../../../src/machines/machine-states.ts';
import type { BootContext } from '../../../src/model/boot-context.ts';
import type { CardAnswer } from '../../../src/net/confirm-card.ts';
import { privatePlaces } from '../../../src/model/private-places.ts';
import type { Machine } from '../../../src/model/config.ts';
import type { MachineKey } from '../../../src/model/machine-key.ts';
import type { InstallState } from '../../../src/model/machine-state.ts';
import type { NewBootEvent } from '../../../src/model/boot-event.ts';
import type { Ipv4Address, MacAddress } from '../../../src/protocol/addresses.ts';
import type { HttpRouteResponse } from '../../../src/server/http/http-route.ts';
import { contextFrom, DEBIAN_12 } from '../../support/boot-context.ts';

const MAC = '52:54:00:00:00:01' as MacAddress;
const OTHER = '52:54:00:00:00:02' as MacAddress;
const SEED_PATH = '/seed/52-54-00-00-00-01/preseed.cfg';

let folder: string;
let context: BootContext;
let events: NewBootEvent[];
let spent: MachineKey[];
let heard: MachineKey[];
let reported: MachineKey[];
let cardAnswer: CardAnswer;
let cardsAsked: number;
let owners: Map<MacAddress, Machine>;
let spendResult: SpendResult;
let learnt: unknown[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pxectl-seed-'));
  await writeFile(join(folder, 'node.cfg'), 'd-i preseed/late_command string wget @PXECTL_REPORT@/done\n');
  events = [];
  learnt = [];
  spent = [];
  owners = new Map();
  cardAnswer = 'confirmed';
  cardsAsked = 0;
  heard = [];
  reported = [];
  spendResult = { kind: 'given', isSpent: true };
  context = contextFrom(
    `version: 1
network: { interface: eno1, address: 192.168.1.50, relayed: [10.2.0.0/24] }
images: [debian-12]
boot: { default: debian-12 }
machines:
  - { mac: "${MAC}", name: node-1, image: debian-12, install: { seed: node.cfg } }
  - { mac: "${OTHER}", name: node-2, image: debian-12 }
`,
    [DEBIAN_12],
    folder,
  );
});
afterEach(() => rm(folder, { recursive: true }));

function withState(installState: InstallState): BootContext {
  const machines = context.config.machines.map((machine) => ({ ...machine, isArmed: false, installState }));
  return { ...context, config: { ...context.config, machines } };
}

let bodiesRead = 0;
const failed: [MachineKey, string][] = [];

async function ask(
  path: string,
  options: {
    mac?: MacAddress;
    ip?: string;
    token?: string;
    method?: 'GET' | 'POST' | 'HEAD';
    body?: string;
    query?: string;
    userAgent?: string;
  } = { mac: MAC },
): Promise<HttpRouteResponse | undefined> {
  const routes = machineRoutes({
    context: () => context,
    sink: { emit: (event) => events.push(event) },
    places: privatePlaces({ path: join(folder, 'pxectl.yaml'), stateRoot: join(folder, '.pxectl') }),
    inventory: {
      learn: (mac, facts) => void learnt.push([mac, facts]),
      ownerOf: (mac) => owners.get(mac),
    },
    confirmCard: async () => {
      cardsAsked += 1;
      return cardAnswer;
    },
    installs: {
      spend: async (key) => {
        spent.push(key);
        return spendResult;
      },
      heard: (key) => void heard.push(key),
      report: async (key) => void reported.push(key),
      fail: async (key, message) => void failed.push([key, message]),
    },
  });
  const route = routes.find((candidate) => path.startsWith(candidate.prefix));
  return route?.handle({
    method: options.method ?? 'GET',
    path,
    query: new URLSearchParams(options.query ?? ''),
    ip: (options.ip ?? '192.168.1.7') as Ipv4Address,
    ...(options.token === undefined ? {} : { token: options.token }),
    ...(options.mac === undefined ? {} : { mac: options.mac }),
    userAgent: options.userAgent ?? 'debian-installer',
    readBody: async () => {
      bodiesRead += 1;
      return Buffer.from(options.body ?? '');
    },
  });
}

const textOf = (answer: HttpRouteResponse | undefined): string => Buffer.from(answer?.body ?? '-').toString();

describe('install seeds', () => {
  it('gives the machine its seed, with this server’s addresses filled in', async () => {
    const answer = await ask(SEED_PATH);
    expect(answer).toMatchObject({ status: 200 });
    expect(textOf(answer)).toBe(
      'd-i preseed/late_command string wget http://192.168.1.50:8080/report/52-54-00-00-00-01/done\n',
    );
    expect(events).toMatchObject([{ type: 'seed.requested', mac: MAC, ip: '192.168.1.7' }]);
  });

  it('goes to nobody when the segment says that the address is of another card, or of none', async () => {
    for (const [answer, words] of [
      ['another', 'another card answers'],
      ['silent', 'nobody answers'],
    ] as const) {
      cardAnswer = answer;
      expect(textOf(await ask(SEED_PATH))).toContain(words);
      expect(events.at(-1)?.detail?.['reason']).toBe('unconfirmed-card');
      expect(await ask('/report/52-54-00-00-00-01/done', { mac: MAC, method: 'POST' })).toMatchObject({
        status: 403,
      });
    }
    expect([spent, reported]).toEqual([[], []]);
    cardAnswer = 'unknown';
    expect(await ask(SEED_PATH)).toMatchObject({ status: 200 });
  });

  it('asks the segment only where an order depends on the answer: what anybody can send costs nothing', async () => {
    const known = { method: 'POST' as const, mac: MAC };
    expect(await ask('/report/52-54-00-00-00-01/progress', known)).toMatchObject({ status: 200 });
    expect(cardsAsked).toBe(1);
    context = withState({
      kind: 'installed',
      since: '2026-01-01T00:00:00.000Z',
      at: '2026-01-01T00:10:00.000Z',
    });
    expect(await ask('/report/52-54-00-00-00-01/progress', known)).toMatchObject({ status: 200 });
    expect(await ask(SEED_PATH)).toMatchObject({ status: 403 });
    const unknown = { method: 'POST' as const, mac: '52:54:00:00:00:66' as MacAddress };
    expect(await ask('/report/52-54-00-00-00-66/progress', unknown)).toMatchObject({ status: 403 });
    expect(cardsAsked).toBe(1);
  });

  it('shows nobody a path of this machine: not for a name that no file can have, nor for a seed that is gone', async () => {
    const [seeds, inFolder] = [join(folder, 'node.cfg'), '/seed/52-54-00-00-00-01'];
    await rm(seeds);
    expect(textOf(await ask(SEED_PATH))).toBe('no preseed.cfg in the seed of node-1\n');
    await mkdir(join(seeds, 'unreadable'), { recursive: true });
    for (const [path, status] of [
      [`${inFolder}/\0`, 404],
      [`${inFolder}/a\0b`, 404],
      [`${inFolder}/not-there`, 404],
      [`${inFolder}/${'x'.repeat(300)}`, 500],
      [`${inFolder}/unreadable`, 500],
    ] as const) {
      const answer = await ask(path);
      expect(answer, path).toMatchObject({ status });
      expect(textOf(answer)).not.toContain(folder);
      expect(textOf(answer)).not.toContain('\0');
    }
    // whoever runs pxectl is told
    expect(JSON.stringify(events)).toContain('is no file');
    expect(JSON.stringify(events)).toContain(folder);
  });

  it('is a template: filled in for this machine, and what is not its main file goes out as it is', async () => {
    const seeds = join(folder, 'node.cfg');
    await rm(seeds);
    await mkdir(join(folder, 'secrets'), { mode: 0o700 });
    await writeFile(join(folder, 'secrets', 'root'), 'hüsh\n');
    await mkdir(seeds);
    await writeFile(
      join(seeds, 'preseed.cfg'),
      'd-i a/b string {{machine.name}} {{secret "root"}} {{report}}/done\n',
    );
    await writeFile(join(seeds, 'late.sh'), "docker ps --format '{{.Names}}' # @PXECTL_HTTP@");
    expect(textOf(await ask(SEED_PATH))).toBe(
      'd-i a/b string node-1 hüsh http://192.168.1.50:8080/report/52-54-00-00-00-01/done\n',
    );
    expect(textOf(await ask(SEED_PATH.replace('preseed.cfg', 'late.sh')))).toBe(
      "docker ps --format '{{.Names}}' # http://192.168.1.50:8080",
    );
    expect(JSON.stringify(events)).not.toContain('hüsh');
  });

  it('that a link makes a secret of is not given', async () => {
    await mkdir(join(folder, 'secrets'), { mode: 0o700 });
    await writeFile(join(folder, 'secrets', 'bmc'), 'hush');
    await rm(join(folder, 'node.cfg'));
    await mkdir(join(folder, 'node.cfg'));
    await symlink('../secrets/bmc', join(folder, 'node.cfg', 'preseed.cfg'));
    const answer = await ask(SEED_PATH);
    expect(answer).toMatchObject({ status: 500 });
    expect(textOf(answer)).not.toContain('hush');
    expect(JSON.stringify(events)).toContain(`it leads to ${join(folder, 'secrets/bmc')}`);
    expect(spent).toEqual([]);
  });

  it('that cannot be filled in is not given, and its order is not spent', async () => {
    const path = join(folder, 'node.cfg');
    for (const [text, why] of [
      ['x\n  {{machine.nmae}}', `${path}:2:5: there is no machine.nmae; did you mean machine.name?`],
      ['{{secret "root"}}', `${path}:1:1: there is no secret root`],
      ['{{#if machine.name}}', `${path}:1:1: its braces cannot be read`],
    ] as const) {
      await writeFile(path, text);
      const answer = await ask(SEED_PATH);
      expect(answer).toMatchObject({ status: 500 });
      expect(textOf(answer)).not.toContain(folder);
      expect(events.at(-1)).toMatchObject({ type: 'http.error', mac: MAC });
      expect(events.at(-1)?.detail?.['message']).toContain(why.slice(0, 250));
    }
    await rm(path);
    execFileSync('mkfifo', [path]);
    expect(await ask(SEED_PATH)).toMatchObject({ status: 500 });
    expect(spent).toEqual([]);
  });

  it('gives out what is no UTF-8 text byte by byte', async () => {
    const packed = Buffer.from([0x1f, 0x8b, 0xff, 0x00, 0xc3, 0x28]);
    await writeFile(join(folder, 'node.cfg'), packed);
    expect((await ask(SEED_PATH))?.body).toEqual(packed);
  });

  it('gives it to no other machine, and to none whose MAC is unknown', async () => {
    expect(await ask(SEED_PATH, { mac: OTHER })).toMatchObject({ status: 403 });
    expect(await ask(SEED_PATH, {})).toMatchObject({ status: 403 });
    expect(events.map(({ type, detail }) => [type, detail?.['reason'], detail?.['askedBy']])).toEqual([
      ['seed.refused', 'other-machine', OTHER],
      ['seed.refused', 'other-machine', undefined],
    ]);
  });

  it('gives none to a machine that nobody armed, and spends nothing', async () => {
    context = withState({ kind: 'not-armed' });
    const answer = await ask(SEED_PATH);
    expect(answer).toMatchObject({ status: 403 });
    expect(answer?.body).toContain('pxectl machines arm node-1');
    expect(spent).toEqual([]);
  });

  it('spends the order with the seed, not with one that is not there or a look at its headers', async () => {
    await ask('/seed/52-54-00-00-00-01/nothing-of-that-name');
    await ask(SEED_PATH, { mac: MAC, method: 'HEAD' });
    expect(spent).toEqual([]);
    await ask(SEED_PATH);
    expect(spent).toEqual([MAC]);
  });

  it('says what the order was spent on', async () => {
    const since = '2026-01-01T10:00:00.000Z';
    spendResult = { kind: 'refused', state: { kind: 'unreported', since, at: since, how: 'silent' } };
    expect((await ask(SEED_PATH))?.body).toContain(`the boot at ${since} has used the order`);
    spendResult = { kind: 'refused', state: { kind: 'installed', since, at: since } };
    expect((await ask(SEED_PATH))?.body).toContain('was installed at');
    expect(events.map(({ detail }) => detail?.['reason'])).toEqual(['spent', 'spent']);
  });

  it('gives none when it cannot be written that it is spent', async () => {
    spendResult = { kind: 'not-recorded', trouble: 'no space left' };
    expect(await ask(SEED_PATH)).toMatchObject({ status: 503 });
    expect(events).toMatchObject([{ type: 'seed.refused', detail: { reason: 'not-recorded' } }]);
  });

  it('has nothing for machines without a seed, other names, or paths that lead out', async () => {
    expect(await ask('/seed/52-54-00-00-00-02/preseed.cfg', { mac: OTHER })).toBeUndefined();
    expect(await ask('/seed/nonsense/preseed.cfg')).toBeUndefined();
    expect(await ask('/seed/52-54-00-00-00-01/user-data')).toMatchObject({ status: 404 });
    expect(await ask('/seed/52-54-00-00-00-01/../../pxectl.yaml')).toMatchObject({ status: 404 });
  });

  it('says that the seed file is gone', async () => {
    await rm(join(folder, 'node.cfg'));
    expect(await ask(SEED_PATH)).toMatchObject({ status: 404 });
    expect(events).toMatchObject([{ type: 'http.error' }]);
  });

  it('answers cloud-init’s optional files with nothing, which it takes for "none"', async () => {
    const ubuntu = { ...DEBIAN_12, boot: { ...DEBIAN_12.boot, seedFormat: 'autoinstall' as const } };
    context = { ...context, images: [ubuntu] };
    for (const name of ['meta-data', 'vendor-data', 'network-config']) {
      const answer = await ask(`/seed/52-54-00-00-00-01/${name}`);
      expect([answer?.status, textOf(answer)]).toEqual([200, '']);
    }
    expect((await ask('/seed/52-54-00-00-00-01/user-data'))?.status).toBe(200);
  });
});

describe('a machine behind a relay, where no table shows its card', () => {
  const secret = '0123456789abcdef0123456789abcdef';
  const stranger = 'fedcba9876543210fedcba9876543210';
  const REPORT_PATH = '/report/52-54-00-00-00-01/done';
  const call = (isRelayed: boolean): void => {
    const machines = context.config.machines.map((machine) => ({ ...machine, isRelayed }));
    context = { ...context, config: { ...context.config, machines } };
  };
  beforeEach(() => {
    call(true);
    context = {
      ...context,
      orderTokens: new Map([
        [MAC, { secret }],
        [OTHER, { secret: stranger }],
      ]),
    };
  });
  const statusOf = async (path: string, options: Parameters<typeof ask>[1]): Promise<number | undefined> =>
    (await ask(path, options))?.status;

  it('gets its seed for the token of its order, and its seed says how to report with it', async () => {
    const answer = await ask(SEED_PATH, { ip: '10.2.0.20', token: secret });
    expect(answer?.status).toBe(200);
    expect(textOf(answer)).toContain(
      `http://192.168.1.50:8080/report/52-54-00-00-00-01/token-${secret}/done`,
    );
    expect(await statusOf(REPORT_PATH, { ip: '10.2.0.20', token: secret })).toBe(200);
    expect(JSON.stringify(events)).not.toContain(secret);
  });

  it('gets nothing without it, with another machine’s, or from a network that is not relayed', async () => {
    for (const path of [SEED_PATH, REPORT_PATH]) {
      expect(await statusOf(path, { ip: '10.2.0.20' })).toBe(403);
      expect(await statusOf(path, { ip: '10.2.0.20', token: '' })).toBe(403);
      expect(await statusOf(path, { ip: '10.2.0.20', token: stranger })).toBe(403);
      expect(await statusOf(path, { ip: '10.3.0.20', token: secret })).toBe(403);
    }
    expect(spent).toEqual([]);
    expect(reported).toEqual([]);
    expect(JSON.stringify(events)).not.toContain(stranger);
  });

  it('is one that the file calls relayed: elsewhere the token alone is worth nothing', async () => {
    call(false);
    for (const path of [SEED_PATH, REPORT_PATH]) {
      expect(await statusOf(path, { ip: '10.2.0.20', token: secret })).toBe(403);
    }
    expect([spent, reported]).toEqual([[], []]);
    expect(events.map(({ detail }) => detail?.['message']).join()).toContain(
      'without relayed: true in pxectl.yaml',
    );
  });

  it('on this network the card counts, and beside it the token', async () => {
    expect(await statusOf(SEED_PATH, { mac: OTHER, token: secret })).toBe(403);
    expect(await statusOf(SEED_PATH, { token: secret })).toBe(403);
    expect(await statusOf(SEED_PATH, { mac: OTHER, ip: '10.2.0.20', token: secret })).toBe(403);
    for (const path of [SEED_PATH, REPORT_PATH]) {
      expect(await statusOf(path, { mac: MAC })).toBe(403);
      expect(await statusOf(path, { mac: MAC, token: stranger })).toBe(403);
    }
    expect(events.map(({ detail }) => detail?.['message'])).toContain(
      `this seed is for ${MAC}; the request came from ${MAC} at 192.168.1.7, without the token of its order`,
    );
    expect([spent, reported]).toEqual([[], []]);
    expect(await statusOf(SEED_PATH, { mac: MAC, token: secret })).toBe(200);
    expect(await statusOf(REPORT_PATH, { mac: MAC, token: secret })).toBe(200);
  });

  it('gets no seed for the token of a boot that has told its end, and may tell that end again', async () => {
    const earlier = { secret, spentAt: new Date().toISOString(), isOver: true };
    context = { ...context, orderTokens: new Map([[MAC, { secret: stranger, earlier }]]) };
    expect(await statusOf(SEED_PATH, { mac: MAC, token: secret })).toBe(403);
    expect(await statusOf(REPORT_PATH, { mac: MAC, token: secret })).toBe(200);
    expect(await statusOf(SEED_PATH, { mac: MAC, token: stranger })).toBe(200);
  });

  it('has a day for its reports', async () => {
    const tokens = (spentAgoMs: number) =>
      new Map([[MAC, { secret, spentAt: new Date(Date.now() - spentAgoMs).toISOString() }]]);
    context = { ...context, orderTokens: tokens(23 * 3_600_000) };
    expect(await statusOf(REPORT_PATH, { ip: '10.2.0.20', token: secret })).toBe(200);
    context = { ...context, orderTokens: tokens(25 * 3_600_000) };
    expect(await statusOf(REPORT_PATH, { ip: '10.2.0.20', token: secret })).toBe(403);
  });
});

describe('a machine that the file knows by its serial number alone', () => {
  const KEY = 'serial-4142203132' as MachineKey;
  const path = `/seed/${KEY}/preseed.cfg`;

  beforeEach(() => {
    context = contextFrom(
      `version: 1
network: { interface: eno1, address: 192.168.1.50 }
images: [debian-12]
boot: { default: debian-12 }
machines:
  - { serial: "AB 12", name: rack-1, install: { seed: node.cfg } }
  - { mac: "${OTHER}", name: node-2 }
`,
      [DEBIAN_12],
      folder,
    );
    context = {
      ...withState({ kind: 'armed', at: '2026-01-01T10:00:00.000Z', by: 'ada', isAlways: false }),
      orderTokens: new Map([[KEY, { secret: 'aa' }]]),
    };
    owners.set(OTHER, context.config.machines[1]!);
  });

  it('is taken by the token of its order, and by no card of another machine', async () => {
    expect(await ask(path, { mac: MAC })).toMatchObject({ status: 403 });
    expect(await ask(path, { mac: MAC, token: 'bb' })).toMatchObject({ status: 403 });
    expect(await ask(path, { mac: OTHER, token: 'aa' })).toMatchObject({ status: 403 });
    expect(await ask(path, { ip: '10.9.9.9', token: 'aa' })).toMatchObject({ status: 403 });
    expect(spent).toEqual([]);
    expect(textOf(await ask(path, { mac: MAC, token: 'aa' }))).toContain(`/report/${KEY}/token-aa/done`);
    expect(spent).toEqual([KEY]);
    expect(events.at(-1)).toMatchObject({ type: 'seed.requested', mac: MAC, detail: { machine: 'rack-1' } });
  });

  it('gets its seed for its token, though a packet in its card’s name has said that it is another', async () => {
    owners.set(MAC, { ...context.config.machines[0]!, serial: 'XY 99', name: 'rack-2' });
    expect(await ask(path, { mac: MAC })).toMatchObject({ status: 403 });
    expect(await ask(path, { mac: MAC, token: 'aa' })).toMatchObject({ status: 200 });
  });

  it('reports with its token, or without an order from a card that was seen of it', async () => {
    expect(await ask(`/report/${KEY}/done`, { mac: MAC })).toMatchObject({ status: 403 });
    expect(await ask(`/report/${KEY}/done`, { mac: MAC, token: 'aa' })).toMatchObject({ status: 200 });
    expect(reported).toEqual([KEY]);
    context = { ...context, orderTokens: new Map() };
    expect(await ask(`/report/${KEY}/hardware`, { mac: MAC, body: 'cpus=4' })).toMatchObject({ status: 403 });
    owners.set(MAC, context.config.machines[0]!);
    expect(await ask(`/report/${KEY}/hardware`, { mac: MAC, body: 'cpus=4' })).toMatchObject({ status: 200 });
    expect(learnt).toEqual([[MAC, { cpus: 4 }]]);
  });
});

describe('reports of installers', () => {
  it('takes progress: subiquity’s JSON, a stage with a percentage, and plain text', async () => {
    const post = (body: string | object, path = '/report/52-54-00-00-00-01/progress') =>
      ask(path, { mac: MAC, method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });
    const subiquity = { name: 'subiquity/Install', description: 'installing kernel' };
    expect(await post({ ...subiquity, event_type: 'start' })).toMatchObject({ status: 200 });
    await post({ ...subiquity, event_type: 'finish', result: 'FAIL', files: [{ content: 'long' }] });
    await post({ stage: 'packages', percent: 39.6 });
    await post({ stage: 'packages', percent: 1e9, result: 'who knows' });
    await post('40% partitioning\nmore');
    await post('partitioning\n', '/report/52-54-00-00-00-01');
    await post({ stage: `\u001b[2J${'x'.repeat(1000)}` });
    await post('null');
    expect(new Set(events.map(({ type }) => type))).toEqual(new Set(['install.progress']));
    expect(new Set(heard)).toEqual(new Set([MAC]));
    const kernel = 'subiquity/Install: installing kernel';
    const cut = `?[2J${'x'.repeat(296)}…`;
    expect(events.every(({ detail }) => detail?.['machine'] === 'node-1')).toBe(true);
    expect(events.map(({ detail: { machine: _, ...told } = {} }) => told)).toEqual([
      { stage: kernel, message: kernel },
      { stage: kernel, result: 'FAIL', message: `${kernel}: FAIL` },
      { stage: 'packages', percent: 40, message: '40 %, packages' },
      { stage: 'packages', message: 'packages' },
      { stage: 'partitioning', percent: 40, message: '40 %, partitioning' },
      { stage: 'partitioning', message: 'partitioning' },
      { stage: cut, message: cut },
      { stage: 'null', message: 'null' },
    ]);
  });

  it('takes down that a machine is done', async () => {
    await ask('/report/52-54-00-00-00-01/done', { mac: MAC });
    expect(events).toMatchObject([{ type: 'install.done', mac: MAC }]);
    expect(reported).toEqual([MAC]);
  });

  it('tells of no install of a card that no machine of the configuration has', async () => {
    const unknown = '52:54:00:00:00:66' as MacAddress;
    const answer = await ask('/report/52-54-00-00-00-66/done', { mac: unknown });
    expect(answer).toMatchObject({ status: 403 });
    expect(textOf(answer)).toContain('no machine of the configuration has 52:54:00:00:00:66');
    expect(events.map(({ type }) => type)).toEqual(['report.refused']);
    expect(await ask('/report/52-54-00-00-00-66/hardware', { mac: unknown, body: 'cpus=4' })).toMatchObject({
      status: 200,
    });
  });

  it('does not let one machine report for another, nor anybody whose MAC is unknown', async () => {
    expect(await ask('/report/52-54-00-00-00-01/done', { mac: OTHER })).toMatchObject({ status: 403 });
    expect(await ask('/report/52-54-00-00-00-01/done', {})).toMatchObject({ status: 403 });
    bodiesRead = 0;
    expect(await ask('/report/52-54-00-00-00-01', { method: 'POST', body: 'x' })).toMatchObject({
      status: 403,
    });
    // half-sent bodies of a thousand strangers take no memory
    expect(bodiesRead).toBe(0);
    expect(reported).toEqual([]);
    expect(events.map(({ type, mac }) => [type, mac])).toEqual([
      ['report.refused', OTHER],
      ['report.refused', undefined],
      ['report.refused', undefined],
    ]);
  });

  it('keeps one short line of what is sent, and no files', async () => {
    const files = [{ path: '/var/log/syslog', content: 'c2VjcmV0'.repeat(1_000), encoding: 'base64' }];
    const body = JSON.stringify({
      files,
      name: 'cmd-install',
      description: 'failed\n\x1b[2J',
      result: 'FAIL',
    });
    await ask('/report/52-54-00-00-00-01', { mac: MAC, method: 'POST', body });
    await ask('/report/52-54-00-00-00-01', { mac: MAC, method: 'POST', body: 'x'.repeat(100_000) });
    await ask(`/report/52-54-00-00-00-01/${'y'.repeat(5_000)}`, { mac: MAC });
    const messages = events.map((event) => String(event.detail?.['message']));
    expect(messages[0]).toBe('cmd-install: failed??[2J: FAIL');
    expect(messages.slice(1).map((message) => message.length)).toEqual([301, 301]);
  });
});

describe('what a machine is', () => {
  const query =
    'uuid=4c4c4544-0044-4a10-8056-b4c04f4c3332&maker=Dell%20Inc.&product=&serial=S%2F1&memoryMiB=2047&platform=efi&arch=x86_64&mac0=52-54-00-00-00-01&mac1=';

  it('is told by itself on its way, of itself alone', async () => {
    const path = '/seen/52-54-00-00-00-01';
    expect(await ask(path, { mac: MAC, query })).toMatchObject({ status: 200 });
    expect(learnt).toEqual([
      [
        MAC,
        {
          ...{ firmware: 'uefi-x64', uuid: '4c4c4544-0044-4a10-8056-b4c04f4c3332', maker: 'Dell Inc.' },
          ...{ serial: 'S/1', memoryMiB: 2047, macs: [MAC] },
        },
      ],
    ]);
    expect(await ask(path, { mac: OTHER, query })).toMatchObject({ status: 403 });
    expect(await ask(path, { query })).toMatchObject({ status: 403 });
    // a page of anywhere has a browser ask for it
    expect(await ask(path, { mac: MAC, query, userAgent: 'Mozilla/5.0' })).toMatchObject({ status: 403 });
    expect(await ask(`${path}/more`, { mac: MAC, query })).toBeUndefined();
    expect(await ask(path, { mac: MAC, query, method: 'POST' })).toBeUndefined();
    expect(learnt).toHaveLength(1);
  });

  it('is reported by its installer, and by nobody else', async () => {
    const path = '/report/52-54-00-00-00-01/hardware';
    const body = 'memoryMiB=4096\ndisks=sda 500G\n';
    expect(await ask(path, { mac: OTHER, method: 'POST', body })).toMatchObject({ status: 403 });
    expect(await ask(path, { mac: MAC, method: 'POST', body })).toMatchObject({ status: 200 });
    expect(learnt).toEqual([[MAC, { memoryMiB: 4096, disks: ['sda 500G'] }]]);
    expect(events.filter(({ type }) => type.startsWith('install.'))).toEqual([]);
  });
});
