import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseIpv4 } from '../../../src/protocol/addresses.ts';
import { startHttpServer, type HttpPlace, type HttpServer } from '../../../src/server/http/http-server.ts';

let folder: string;
let [behind, direct]: HttpServer[] = [];
const start = (place: HttpPlace): Promise<HttpServer> =>
  startHttpServer({
    ...place,
    root: tmpdir(),
    sink: { emit: () => undefined },
    routes: [
      {
        prefix: '/who/',
        handle: ({ ip }) => Promise.resolve({ status: 200, contentType: 'text/plain', body: ip }),
      },
    ],
  });
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pxectl-behind-'));
  behind = await start({
    listenBehindNginx: async (server) =>
      void (await once(server.listen(join(folder, 'http.sock')), 'listening')),
  });
  direct = await start({ address: parseIpv4('127.0.0.1')!, port: 0 });
});
afterAll(async () => {
  await behind?.close();
  await direct?.close();
  await rm(folder, { recursive: true });
});

async function askBehind(headers: Record<string, string>): Promise<string> {
  const request = get({ socketPath: join(folder, 'http.sock'), path: '/who/', headers });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return text(response);
}

it('the client behind nginx is the one that nginx names', async () => {
  expect(await askBehind({ 'X-Real-IP': '192.168.1.60' })).toBe('192.168.1.60');
});

it.each<Record<string, string>>([{}, { 'X-Real-IP': 'me' }])('with %j it is nobody', async (headers) => {
  expect(await askBehind(headers)).toBe('0.0.0.0');
});

it('on a port it is the one that connected, whatever he says', async () => {
  const headers = { 'X-Real-IP': '192.168.1.60' };
  expect(await (await fetch(`http://127.0.0.1:${direct?.port}/who/`, { headers })).text()).toBe('127.0.0.1');
});
