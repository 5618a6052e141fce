import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../../src/platform/processes.ts';
import type { Ipv4Address } from '../../../src/protocol/addresses.ts';
import type { HttpRouteRequest, HttpRouteResponse } from '../../../src/server/http/http-route.ts';
import { startHttpServer, type HttpServer } from '../../../src/server/http/http-server.ts';
import { RecordedEvents } from '../../support/recorded-events.ts';

const LOOPBACK = '127.0.0.1' as Ipv4Address;
const OTHER_HOST = '127.0.0.2';
const MAX_CONNECTIONS = 64;
const MiB = 1024 * 1024;
const FILE_BYTES = 4_000_000;

let root: string;
let server: HttpServer;
let events: RecordedEvents;
const sockets: Socket[] = [];

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'pxectl-shares-'));
  writeFileSync(join(root, 'image.iso'), randomBytes(FILE_BYTES));
  events = new RecordedEvents();
  server = await startHttpServer({
    address: LOOPBACK,
    port: 0,
    root,
    sink: events,
    maxConnections: MAX_CONNECTIONS,
    maxConnectionsPerAddress: 48,
    routes: [{ prefix: '/report/', handle: takeReport }],
  });
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.close();
  rmSync(root, { recursive: true, force: true });
});

async function open(localAddress = LOOPBACK as string): Promise<Socket> {
  const socket = connect({ port: server.port, host: LOOPBACK, localAddress });
  sockets.push(socket);
  socket.on('error', () => undefined);
  await new Promise((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return socket;
}

/** Takes a body of anybody, as reports of a machine of its own are taken. */
async function takeReport(request: HttpRouteRequest): Promise<HttpRouteResponse> {
  return { status: 200, contentType: 'text/plain', body: `${(await request.readBody()).length}` };
}

const GET = 'GET /image.iso HTTP/1.1\r\nHost: x\r\n\r\n';
/** Descriptors of this process on the served file: the server runs in it. */
const openFiles = (): number =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).endsWith('image.iso');
    } catch {
      return false;
    }
  }).length;

async function eventually(isSo: () => boolean, what: string): Promise<void> {
  for (let waitedMs = 0; waitedMs < 15_000; waitedMs += 50) {
    if (isSo()) return;
    await sleep(50);
  }
  throw new Error(`not within 15 s: ${what}`);
}

const goodClient = async (localAddress: string): Promise<string> => {
  const url = `http://${LOOPBACK}:${server.port}/image.iso`;
  const format = '%{http_code} %{size_download}';
  const result = await run('curl', [
    ...['-s', '--max-time', '20', '--retry', '0', '--interface', localAddress],
    ...['-o', '/dev/null', '-w', format, url],
  ]);
  return result.stdout;
};

describe('bodies', () => {
  const head = (bytes: number): string =>
    `POST /report/x HTTP/1.1\r\nHost: x\r\nContent-Length: ${bytes}\r\n\r\n`;

  it('that nobody ends are given up before they fill the memory, and others are read', async () => {
    const answers: string[] = [];
    for (let count = 0; count < 45; count++) {
      const socket = await open(OTHER_HOST);
      socket.on('data', (bytes: Buffer) => answers.push(bytes.toString('latin1').slice(0, 12)));
      socket.write(head(MiB) + 'x'.repeat(MiB - 1));
    }
    await eventually(() => answers.length >= 10, 'those beyond what is kept were refused');
    expect(new Set(answers)).toEqual(new Set(['HTTP/1.1 503']));
    const good = await open();
    const text = new Promise<string>((resolve) =>
      good.on('data', (bytes: Buffer) => resolve(bytes.toString())),
    );
    good.write(`${head(5)}40 %x`);
    expect(await text).toMatch(/^HTTP\/1.1 200[\s\S]*5$/);
  });
});

describe('one connection', () => {
  it('with 20,000 requests sent ahead is closed, and leaves nothing behind', async () => {
    const socket = await open();
    socket.pause();
    const isClosed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(GET.repeat(20_000));
    socket.resume();
    await isClosed;
    await eventually(() => openFiles() === 0, 'no file of it is open');
    expect(await goodClient(OTHER_HOST)).toBe(`200 ${FILE_BYTES}`);
  });

  it('with some sent ahead and nothing read holds one file, and none once it is closed', async () => {
    const socket = await open();
    socket.pause();
    socket.write(GET.repeat(10));
    await eventually(() => openFiles() > 0, 'the first request is in work');
    await sleep(300);
    expect(openFiles()).toBe(1);
    socket.destroy();
    await eventually(() => openFiles() === 0, 'its file is closed');
  });

  it('with a few sent ahead gets every answer, in order', async () => {
    const socket = await open();
    let received = 0;
    socket.on('data', (bytes: Buffer) => (received += bytes.length));
    socket.write(GET.repeat(5));
    await eventually(() => received > 5 * FILE_BYTES, 'five files have come');
    expect(openFiles()).toBe(0);
  });
});

describe('many connections', () => {
  it('of one host that reads nothing do not keep another out, and it is told who it was', async () => {
    for (let index = 0; index < 100; index++) {
      const socket = await open();
      socket.pause();
      socket.write(GET);
    }
    expect(await goodClient(OTHER_HOST)).toBe(`200 ${FILE_BYTES}`);
    // the host's own new connection gets the place of one that stands still
    expect(await goodClient(LOOPBACK)).toBe(`200 ${FILE_BYTES}`);
    const { detail, ip } = await events.wait('http.error');
    expect({ ip, reason: detail?.['reason'] }).toEqual({ ip: LOOPBACK, reason: 'address-share' });
  });

  it('of several hosts: the one with most gives way, whoever downloads goes on', async () => {
    for (const host of ['127.0.0.3', '127.0.0.4', '127.0.0.5']) {
      for (let index = 0; index < 30; index++) (await open(host)).pause();
    }
    const running = await Promise.all([goodClient(OTHER_HOST), goodClient('127.0.0.6')]);
    expect(running).toEqual([`200 ${FILE_BYTES}`, `200 ${FILE_BYTES}`]);
  });
});
