import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CONTROL_API } from '../../src/control/api.ts';
import { followControl } from '../../src/control/follow-control.ts';
import { run } from '../../src/platform/processes.ts';
import { configText } from '../support/engine/prepare-state.ts';
import { openApiJudge } from '../support/open-api.ts';
import { recordedBoot } from '../support/recorded-boots.ts';
import { pxectl } from '../support/pxectl-process.ts';
import { ended, useProject } from '../support/test-project.ts';

const HOSTILE = '"><img src=x onerror=alert(1)>\u001b[31m\n';
const MAC = '52:54:00:12:34:56';
const STRANGER = '00:0c:29:00:00:99';
const MACHINES = `machines:
  - { mac: "${MAC}", name: node-1, image: debian-12, install: { seed: seed.cfg }, power: { type: wol } }
  - { uuid: "4c4c4544-0044-4a10-8056-b4c04f4c3332", name: node-2 }
  - { mac: "52:54:00:12:34:57", name: node-3, install: { seed: broken.cfg } }`;

/** A boot that goes on: its events are on disk, as a pxectl that was killed leaves them. */
function eventsOfBoot(mac: string): string {
  const at = (ms: number) => new Date(Date.now() - 20_000 + ms).toISOString();
  const who = { mac, ip: '192.168.1.60' };
  const events = [
    { time: at(0), type: 'dhcp.discover', mac, firmware: 'uefi-x64', detail: { architectures: '7' } },
    { time: at(10), type: 'dhcp.offer', mac, detail: { file: 'ipxe/snponly.efi', architectures: '7' } },
    { time: at(1000), type: 'tftp.start', ...who, detail: { path: 'ipxe/snponly.efi' } },
    { time: at(3000), type: 'tftp.done', ...who, detail: { path: 'ipxe/snponly.efi', sentBytes: 200_000 } },
    { time: at(4000), type: 'http.get', ...who, detail: { path: '/images/debian-12/linux' } },
  ];
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}

const CONTROLLER = ['power.type=redfish', 'power.host=10.9.9.9', 'power.user=x', 'power.secret=bmc'];

describe('the API of a running pxectl', () => {
  const project = useProject('all', configText('proxy', MACHINES).replace('br0', 'eno1'));
  const ask = async (path: string, ...rest: string[]) => {
    const socket = join(project.layout.run, 'control.sock');
    const { stdout } = await run('curl', [
      ...['-sS', '-w', '\n%{http_code}', '--unix-socket', socket, `http://pxectl${path}`],
      ...rest,
    ]);
    const end = stdout.lastIndexOf('\n');
    return { body: JSON.parse(stdout.slice(0, end)) as never, status: Number(stdout.slice(end + 1)) };
  };
  const judgeDocument = async () => openApiJudge(JSON.stringify((await ask('/v1/openapi.json')).body));
  let judge: Awaited<ReturnType<typeof judgeDocument>>['judge'];
  let document: Awaited<ReturnType<typeof judgeDocument>>['document'];

  beforeAll(async () => {
    await writeFile(join(project.path, 'seed.cfg'), '');
    await writeFile(join(project.path, 'broken.cfg'), '{{secret "nowhere"}}\n');
    await mkdir(project.layout.root, { recursive: true });
    await writeFile(
      join(project.layout.root, 'history.jsonl'),
      [
        recordedBoot({ startedAt: '2026-11-01T10:00:00.000Z' }),
        recordedBoot({ startedAt: '2026-11-02T10:00:00.000Z' }),
        recordedBoot({ startedAt: '2026-11-03T10:00:00.000Z' }),
        recordedBoot({ startedAt: '2026-11-04T10:00:00.000Z', kernelAfterMs: 75_000 }),
        recordedBoot({
          startedAt: '2026-11-05T10:00:00.000Z',
          mac: STRANGER,
          machineName: HOSTILE,
          finding: HOSTILE,
        }),
        '',
      ].join('\n'),
    );
    await appendFile(project.layout.events, eventsOfBoot(MAC));
    const seen = {
      firstSeenAt: '2026-11-05T10:00:00.000Z',
      lastSeenAt: '2026-11-05T10:00:00.000Z',
      maker: HOSTILE,
    };
    await writeFile(
      join(project.layout.root, 'inventory.json'),
      JSON.stringify({
        schema: 'pxectl.inventory/1',
        machines: { [STRANGER]: { ...seen, hasLoaded: true } },
      }),
    );
    await project.up();
    ({ judge, document } = await judgeDocument());
  });

  it('is described by a document that a validator of OpenAPI takes, operation for operation', async () => {
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.sort()).toEqual(
      Object.values(CONTROL_API)
        .map(({ method, path }) => `${method} ${path}`)
        .sort(),
    );
  });

  it.each([
    ['/v1/status', '/v1/status'],
    ['/v1/machines', '/v1/machines'],
    ['/v1/boots', '/v1/boots?limit=3&machine=node-1'],
    ['/v1/findings', '/v1/findings'],
    ['/v1/images', '/v1/images'],
    ['/v1/plan', '/v1/plan?for=node-1'],
    ['/v1/plan', '/v1/plan?for=uefi-x64'],
    ['/v1/plan', '/v1/plan?for=nobody'],
    ['/v1/boots', '/v1/boots?limit=many'],
    ['/v1/boots', '/v1/boots?limt=3'],
    ['/v1/boots/{id}', '/v1/boots/20261104-100000-00000000'],
    ['/v1/openapi.json', '/v1/openapi.json'],
  ])('answers %s as the document says: %s', async (path, asked) => {
    const { status, body } = await ask(asked);
    expect(judge('get', path, status, body)).toEqual([]);
  });

  it.each([
    ['/v1/machines/arm', { machines: ['node-1'], by: 'ada' }, 200],
    ['/v1/machines/disarm', { machines: ['node-1'] }, 200],
    ['/v1/machines/disarm', { machines: ['node-9'] }, 400],
    ['/v1/machines/arm', { machines: [] }, 400],
    ['/v1/machines/arm', { machines: ['02:de:ad:00:00:01'], by: 'ada' }, 400],
    ['/v1/machines/arm', { machines: ['node-3'], by: 'ada' }, 422],
    ['/v1/machines/install', { machines: ['node-1', 'node-3'], by: 'ada' }, 422],
    ['/v1/machines/set', { machines: ['node-2'], values: ['vars.disk=/dev/sdb'] }, 200],
    ['/v1/machines/set', { machines: ['node-2'], values: ['imge=debian-12'] }, 400],
    ['/v1/machines/set', { machines: ['node-2'], values: ['install.seed=/etc/hostname'] }, 400],
    ['/v1/machines/set', { machines: ['node-2'], values: ['install.seed=.pxectl/dashboard-token'] }, 400],
    ['/v1/machines/set', { machines: ['node-2'], values: ['install.seed=pxectl.yaml'] }, 400],
    ['/v1/machines/set', { machines: ['node-2'], values: CONTROLLER }, 400],
    ['/v1/machines/power', { machines: ['node-1'], verb: 'on' }, 200],
    ['/v1/machines/power', { machines: ['node-2'], verb: 'state' }, 200],
    ['/v1/machines/power', { machines: ['node-1'], verb: 'explode' }, 400],
    ['/v1/machines/install', { machines: ['node-2'], by: 'ada' }, 400],
    ['/v1/machines/adopt', { macs: ['00:11:22:33:44:55'] }, 400],
    ['/v1/machines/adopt', { macs: ['nobody'] }, 400],
    ['/v1/reload', {}, 200],
    ['/v1/reload', { now: true }, 400],
  ])('does %s %j as the document says', async (path, given, expected) => {
    const { status, body } = await ask(path, '--data', JSON.stringify(given));
    expect(status, JSON.stringify(body)).toBe(expected);
    expect(judge('post', path, status, body)).toEqual([]);
  });

  it('shows machines with their life, their last boot and what is wrong, and those that are none', async () => {
    const { machines } = (await ask('/v1/machines')).body as { machines: object[] };
    expect(machines).toMatchObject([
      {
        ...{ name: 'node-1', key: MAC, vendor: 'QEMU/KVM', state: 'booting', power: 'wol', canInstall: true },
        boot: { stage: 'kernel', outcome: 'running', firmware: 'uefi-x64', ip: '192.168.1.60' },
        finding: null,
      },
      { name: 'node-2', mac: null, state: 'idle', boot: null, power: null },
      { name: 'node-3', state: 'idle' },
    ]);
  });

  it('shows boots by stages, with bytes, rates, and what is usual', async () => {
    const { boots } = (await ask('/v1/boots?machine=node-1')).body as { boots: { id: string }[] };
    expect(boots).toHaveLength(5);
    expect(boots.at(-1)).toMatchObject({ outcome: 'running', stage: 'kernel', machine: 'node-1' });
    expect((boots.at(-1) as { stages?: unknown }).stages).toContainEqual(
      expect.objectContaining({ stage: 'loader', sizeBytes: 200_000, bytesPerSecond: 100_000 }),
    );
    const slow = (await ask(`/v1/boots/${boots[3]?.id}`)).body;
    expect(slow).toMatchObject({ outcome: 'booted' });
    expect((slow as { stages: unknown }).stages).toContainEqual(
      expect.objectContaining({ stage: 'loader', spanMs: 74_000, ownMedianMs: 4_000, isSlow: true }),
    );
    const hostile = (await ask(`/v1/boots?machine=${STRANGER}`)).body as { boots: { id: string }[] };
    const { status, body } = await ask(`/v1/boots/${hostile.boots[0]?.id}`);
    expect(judge('get', '/v1/boots/{id}', status, body)).toEqual([]);
    expect(body).toMatchObject({ machine: HOSTILE, findings: [{ title: HOSTILE }] });
  });

  it('adopts who was seen, and has it in force at once', async () => {
    const given = { macs: [STRANGER.replaceAll(':', '-')], name: 'new-1' };
    const { status, body } = await ask('/v1/machines/adopt', '--data', JSON.stringify(given));
    expect(judge('post', '/v1/machines/adopt', status, body)).toEqual([]);
    expect(body).toMatchObject({
      machines: [{ name: 'new-1', key: STRANGER }],
      isInForce: true,
      refused: null,
    });
    expect((body as { diff: string }).diff).toContain('+  - { mac: ');
    const { machines } = (await ask('/v1/machines')).body as { machines: { name: string }[] };
    expect(machines.map(({ name }) => name)).toEqual(['node-1', 'node-2', 'node-3', 'new-1']);
  });

  it('writes what is set although it cannot be in force, and says why', async () => {
    const given = { machines: ['new-1'], values: ['image=debian-13'] };
    const { status, body } = await ask('/v1/machines/set', '--data', JSON.stringify(given));
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain('debian-13');
  });

  it('begins an install: armed, started, and told in events', async () => {
    const { lastEventId } = (await ask('/v1/machines')).body as { lastEventId: number };
    const given = { machines: ['node-1'], by: 'ada' };
    const { status, body } = await ask('/v1/machines/install', '--data', JSON.stringify(given));
    expect(judge('post', '/v1/machines/install', status, body)).toEqual([]);
    expect(body).toEqual({ machines: [{ name: 'node-1', key: MAC }] });
    const ending = new AbortController();
    const question = { layout: project.layout, pid: 0, command: 'pxectl watch', signal: ending.signal };
    const told: string[] = [];
    for await (const { events } of followControl(lastEventId, question)) {
      told.push(...events.map(({ type, detail }) => `${type} ${String(detail['message'])}`));
      if (told.some((text) => text.includes('magic packet'))) ending.abort();
    }
    expect(told).toContainEqual('machine.state by ada');
    expect(told).toContainEqual(
      expect.stringMatching(/^machine\.power is armed and was sent a magic packet/),
    );
    const { machines } = (await ask('/v1/machines')).body as { machines: object[] };
    expect(machines[0]).toMatchObject({ state: 'armed', order: 'once', why: 'by ada' });
  });

  it('says in one sentence what it does not know', async () => {
    expect(await ask('/v2/status')).toMatchObject({ status: 404, body: { error: { kind: 'usage' } } });
    expect(await ask('/v1/status', '-X', 'DELETE')).toMatchObject({ status: 405 });
    expect(await ask('/v1/boots/%ff')).toMatchObject({ status: 404 });
    expect(await ask('/v1/boots/none')).toMatchObject({
      status: 404,
      body: { error: { message: 'there is no /v1/boots/none' } },
    });
  });

  it('is what commands ask: none of them sends a signal', async () => {
    const env = { NODE_OPTIONS: `--import ${join(import.meta.dirname, '../support/no-signals.mjs')}` };
    const pid = await project.pid();
    const commands = [
      ['status'],
      ['reload'],
      ['machines', 'arm', '--yes', 'node-1'],
      ['machines', 'disarm', 'node-1'],
      ['down'],
    ];
    for (const args of commands) {
      const { exitCode, stderr } = await pxectl(args, { cwd: project.path, network: project.network, env });
      expect(stderr, args.join(' ')).not.toContain('a signal');
      expect(exitCode, `${args.join(' ')}: ${stderr}`).toBe(0);
    }
    await ended(pid);
  });
});
