import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openHttpClient } from '../../../src/images/download/http-client.ts';
import { startLoopbackMirror, type LoopbackMirror } from '../../support/loopback-mirror.ts';

let mirror: LoopbackMirror;
let proxy: Server;
const asked: string[] = [];

beforeAll(async () => {
  mirror = await startLoopbackMirror(new Map([['/list', Buffer.from('from behind the proxy')]]));
  // a plain forward proxy: absolute addresses, and no CONNECT to port 80, as most are set up
  proxy = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    void fetch(`${mirror.url}${new URL(request.url ?? '').pathname}`)
      .then((answer) => answer.text())
      .then((text) => response.end(text));
  });
  proxy.on('connect', (_request, socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'));
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  proxy.closeAllConnections();
  proxy.close();
  await mirror.close();
});

it('goes through the proxy of the environment, and not where NO_PROXY says so', async () => {
  vi.stubEnv('http_proxy', `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  vi.stubEnv('no_proxy', '127.0.0.1');
  const client = await openHttpClient({ retryPauseMs: 5 });
  const text = Buffer.from(await client.getBytes('http://mirror.example/list', 1000)).toString();
  expect(text).toBe('from behind the proxy');
  expect(asked).toEqual(['GET http://mirror.example/list']);
  expect(Buffer.from(await client.getBytes(`${mirror.url}/list`, 1000)).toString()).toBe(
    'from behind the proxy',
  );
  expect(asked).toHaveLength(1);
  await client.close();
});
