import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { PxectlError } from '../../../src/model/errors.ts';
import { openHttpClient } from '../../../src/images/download/http-client.ts';
import { proxyInWords, readProxies } from '../../../src/images/download/proxies.ts';
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
afterEach(() => vi.unstubAllEnvs());
afterAll(async () => {
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

it('takes a value without a scheme for an HTTP proxy, as curl does', async () => {
  vi.stubEnv('http_proxy', `127.0.0.1:${(proxy.address() as AddressInfo).port}`);
  vi.stubEnv('no_proxy', '');
  const client = await openHttpClient({ retryPauseMs: 5 });
  const text = Buffer.from(await client.getBytes('http://mirror.example/list', 1000)).toString();
  expect(text).toBe('from behind the proxy');
  await client.close();
});

it('names the variable whose value is no proxy', async () => {
  vi.stubEnv('https_proxy', 'ftp://proxy.example');
  await expect(openHttpClient()).rejects.toMatchObject({
    code: 'E_DOWNLOAD',
    message: 'the proxy in the environment variable https_proxy cannot be used',
  });
});

it('names the proxy in the error when nothing answers, without its password', async () => {
  vi.stubEnv('http_proxy', 'http://user:secret@127.0.0.1:9');
  vi.stubEnv('no_proxy', '');
  const client = await openHttpClient({ retryPauseMs: 5 });
  await expect(client.getBytes('http://mirror.example/list', 1000)).rejects.toMatchObject({
    why: 'the server refuses the connection (a proxy is set: http://127.0.0.1:9)',
  });
  await client.close();
});

it('says what a proxy has against a request, and asks it once', async () => {
  let status = '403 Forbidden';
  const tunnels: string[] = [];
  const strict = createServer((_request, response) => response.writeHead(407).end());
  strict.on('connect', (request, socket) => {
    tunnels.push(request.url ?? '');
    socket.end(`HTTP/1.1 ${status}\r\n\r\n`);
  });
  await new Promise<void>((resolve) => strict.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(strict.address() as AddressInfo).port}`;
  for (const name of ['http_proxy', 'https_proxy']) vi.stubEnv(name, address);
  vi.stubEnv('no_proxy', '');
  const client = await openHttpClient({ retryPauseMs: 5 });
  const whyNot = (url: string): Promise<unknown> =>
    client.getBytes(url, 1000).catch((error: unknown) => (error as PxectlError).why);
  expect(await whyNot('https://mirror.example/')).toBe(
    `the proxy refuses to connect there (HTTP 403): ${address}`,
  );
  expect(tunnels).toEqual(['mirror.example:443']);
  status = '407 Proxy Authentication Required';
  const wanted = `the proxy wants a user name and a password: ${address}`;
  expect(await whyNot('https://mirror.example/')).toBe(wanted);
  expect(await whyNot('http://mirror.example/')).toBe(wanted);
  await client.close();
  strict.close();
});

it('reads capitals where there is nothing else, and an empty value as none', () => {
  expect(readProxies({ HTTP_PROXY: 'http://one:1' })).toEqual({ httpProxy: 'http://one:1' });
  expect(readProxies({ HTTP_PROXY: 'http://one:1', http_proxy: '' })).toEqual({});
  expect(proxyInWords('https://example.org', { httpProxy: 'http://one:1' })).toBe('http://one:1');
  expect(proxyInWords('http://example.org', { httpsProxy: 'http://two:2' })).toBeUndefined();
});
