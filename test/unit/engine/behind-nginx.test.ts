import { tmpdir } from 'node:os';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseIpv4 } from '../../../src/protocol/addresses.ts';
import { startHttpServer, type HttpServer } from '../../../src/server/http/http-server.ts';

let server: HttpServer;
beforeAll(async () => {
  server = await startHttpServer({
    address: parseIpv4('127.0.0.1')!,
    port: 0,
    root: tmpdir(),
    proxySecret: 'word',
    sink: { emit: () => undefined },
    routes: [
      {
        prefix: '/who/',
        handle: (request) => Promise.resolve({ status: 200, contentType: 'text/plain', body: request.ip }),
      },
    ],
  });
});
afterAll(() => server.close());

const askAs = async (headers: Record<string, string>): Promise<string> =>
  (await fetch(`http://127.0.0.1:${server.port}/who/`, { headers })).text();

it('the client behind nginx is the one that nginx names', async () => {
  expect(await askAs({ 'X-Real-IP': '192.168.1.60', 'X-Pxectl-Proxy': 'word' })).toBe('192.168.1.60');
});

it.each<[string, Record<string, string>]>([
  ['no word', { 'X-Real-IP': '192.168.1.60' }],
  ['a wrong word', { 'X-Real-IP': '192.168.1.60', 'X-Pxectl-Proxy': 'words' }],
  ['no address', { 'X-Pxectl-Proxy': 'word' }],
  ['what is no address', { 'X-Real-IP': 'me', 'X-Pxectl-Proxy': 'word' }],
])('with %s it is the one that connected', async (_name, headers) => {
  expect(await askAs(headers)).toBe('127.0.0.1');
});
