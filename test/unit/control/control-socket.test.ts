import { connect } from 'node:net';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ControlHandlers } from '../../../src/control/api.ts';
import { askControl } from '../../../src/control/control-client.ts';
import { serveControl, type ControlServer } from '../../../src/control/control-server.ts';
import type { ControlStatus } from '../../../src/control/schemas/session.ts';
import { assetError, usageError, type PxectlError } from '../../../src/model/errors.ts';

const STATUS: ControlStatus = {
  engine: 'builtin',
  ...{ pid: 7, description: 'built-in', why: 'as asked for' },
  ...{
    configPath: '/srv/pxectl.yaml',
    startedAt: '2026-01-01T00:00:00.000Z',
    httpUrl: 'http://192.168.1.50',
  },
};

const HANDLERS: Partial<ControlHandlers> = {
  status: async () => STATUS,
  reload: async () => ({ changed: ['serve/http/boot.ipxe'], lapsed: [] }),
  arm: async ({ machines }) => ({
    machines: machines.map((mac) => ({ name: 'pc1', key: mac, isServed: true, isArmed: true })),
  }),
  disarm: async () => ({ machines: [] }),
  stop: async () => ({ pid: 7 }),
};

let run: string;
let server: ControlServer | undefined;
beforeEach(async () => {
  run = join(await mkdtemp(join(tmpdir(), 'pxectl-control-')), 'run');
  server = undefined;
});
afterEach(async () => {
  await server?.close();
  await rm(join(run, '..'), { recursive: true, force: true });
});

const serve = async (handlers: Partial<ControlHandlers> = {}): Promise<void> => {
  server = await serveControl({ run, controlSocket: join(run, 'control.sock') }, {
    ...HANDLERS,
    ...handlers,
  } as ControlHandlers);
};
const question = () => ({
  layout: { controlSocket: join(run, 'control.sock') },
  pid: 7,
  command: 'pxectl reload',
});
const refusalOf = (asked: Promise<unknown>): Promise<PxectlError> =>
  asked.then(
    () => Promise.reject(new Error('nothing was refused')),
    (error: unknown) => error as PxectlError,
  );

describe('the control socket', () => {
  it('answers what it is asked', async () => {
    await serve();
    expect(await askControl('status', {}, question())).toEqual(STATUS);
    expect(await askControl('reload', {}, question())).toEqual({
      changed: ['serve/http/boot.ipxe'],
      lapsed: [],
    });
    const mac = '52:54:00:12:34:56';
    expect(await askControl('arm', { machines: [mac], by: 'ada', isAlways: false }, question())).toEqual({
      machines: [{ name: 'pc1', key: mac, isServed: true, isArmed: true }],
    });
    expect(
      await refusalOf(askControl('arm', { machines: [], by: 'ada', isAlways: false }, question())),
    ).toMatchObject({ kind: 'usage' });
  });

  it('throws on this side what was thrown on the other', async () => {
    const details = { what: 'the image x is not here', why: 'it was never fetched', next: 'pxectl fetch x' };
    await serve({ reload: () => Promise.reject(assetError('E_IMAGE_NOT_FETCHED', details)) });
    expect(await refusalOf(askControl('reload', {}, question()))).toMatchObject({
      kind: 'asset',
      code: 'E_IMAGE_NOT_FETCHED',
      message: details.what,
      why: details.why,
      next: details.next,
    });
  });

  it('tells a bug on the other side from what a person can mend', async () => {
    await serve({ reload: () => Promise.reject(new TypeError('x is undefined')) });
    const error = await refusalOf(askControl('reload', {}, question()));
    expect(error.name).toBe('Error');
    expect(error.message).toBe('in the running pxectl: x is undefined');
  });

  it('does not wait for ever, and says what to do', async () => {
    await serve({ status: () => new Promise(() => undefined) });
    const error = await refusalOf(askControl('status', {}, { ...question(), timeoutMs: 50 }));
    expect(error).toMatchObject({ kind: 'engine', code: 'E_CONTROL' });
    expect(error.next).toContain('pxectl down');
  });

  it('says that nobody listens where a killed one left its socket, and is opened again there', async () => {
    await mkdir(run, { recursive: true });
    expect(await refusalOf(askControl('status', {}, question()))).toMatchObject({ code: 'E_CONTROL' });
    await writeFile(join(run, 'control.sock'), '');
    await mkdir(join(run, '.socket-killed'));
    expect((await refusalOf(askControl('status', {}, question()))).why).toContain('nobody listens');
    await serve();
    expect(await askControl('status', {}, question())).toEqual(STATUS);
    expect(await readdir(run)).toEqual(['control.sock']);
    expect(((await stat(join(run, 'control.sock'))).mode & 0o777).toString(8)).toBe('600');
    await server?.close();
    expect(await readdir(run)).toEqual([]);
  });

  it('closes although somebody has connected and says nothing', async () => {
    await serve();
    const silent = connect(join(run, 'control.sock'));
    await new Promise((resolve) => silent.once('connect', resolve));
    silent.on('error', () => undefined);
    await server?.close();
    silent.destroy();
  });

  it('sends nothing that is not as the table says', async () => {
    await serve({ status: async () => ({ ...STATUS, pid: 'seven' as unknown as number }) });
    expect((await refusalOf(askControl('status', {}, question()))).message).toContain(
      'in the running pxectl',
    );
    await server?.close();
    await serve({ status: () => Promise.reject(usageError({ what: 'no' })) });
    expect(await refusalOf(askControl('status', {}, question()))).toMatchObject({ kind: 'usage' });
  });
});
