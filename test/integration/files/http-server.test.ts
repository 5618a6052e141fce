import { createHash, randomBytes } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../../src/platform/processes.ts';
import type { Ipv4Address, MacAddress } from '../../../src/protocol/addresses.ts';
import type { HttpRoute, HttpRouteRequest } from '../../../src/server/http/http-route.ts';
import { startHttpServer, type HttpServer } from '../../../src/server/http/http-server.ts';
import { itNeeds } from '../../support/external-tool.ts';
import { RecordedEvents } from '../../support/recorded-events.ts';

const LOOPBACK = '127.0.0.1' as Ipv4Address;
const MAC = '52:54:00:00:00:01' as MacAddress;
const top = mkdtempSync(join(tmpdir(), 'pxectl-http-'));
const root = join(top, 'http');
const iso = randomBytes(5_000_001);
const events = new RecordedEvents();
const asked: HttpRouteRequest[] = [];
const bodies: Uint8Array[] = [];
let server: HttpServer;

const route: HttpRoute = {
  prefix: '/seed/',
  handle: async (request) => {
    asked.push(request);
    bodies.push(await request.readBody());
    if (request.path.endsWith('/boom')) throw new Error('no seed today');
    if (request.path.endsWith('/none')) return undefined;
    return { status: 200, contentType: 'text/plain', body: `seed of ${request.mac ?? 'nobody'}\n` };
  },
};

const url = (path: string): string => `http://${LOOPBACK}:${server.port}${path}`;
const curl = async (...args: string[]): Promise<string> => {
  const result = await run('curl', ['-s', '--path-as-is', '--max-time', '20', ...args]);
  return result.stdout;
};
const statusOf = (path: string, ...args: string[]): Promise<string> =>
  curl('-o', '/dev/null', '-w', '%{http_code}', ...args, url(path));

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}
function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url(path), { method, headers, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) }),
      );
    });
    request.on('error', reject);
    request.end();
  });
}

beforeAll(() => {
  mkdirSync(join(root, 'images', 'x'), { recursive: true });
  mkdirSync(join(root, 'loaders'));
  writeFileSync(join(root, 'images', 'x', 'live.iso'), iso);
  writeFileSync(join(root, 'loaders', 'snponly.efi'), 'MZ');
  writeFileSync(join(root, 'empty'), '');
  writeFileSync(join(root, 'boot.ipxe'), '#!ipxe\n');
  writeFileSync(join(top, 'secret'), 'secret');
  symlinkSync('../secret', join(root, 'out'));
});
afterAll(() => rmSync(top, { recursive: true, force: true }));
beforeEach(async () => {
  events.clear();
  asked.length = 0;
  bodies.length = 0;
  server = await startHttpServer({
    address: LOOPBACK,
    port: 0,
    root,
    routes: [route],
    sink: events,
    resolveMac: (ip) => (ip === LOOPBACK ? MAC : undefined),
  });
});
afterEach(() => server.close());

describe('what UEFI HTTP Boot does', () => {
  it('HEAD and then GET of a loader: exact length, exact type', async () => {
    const agent = { 'User-Agent': 'UefiHttpBoot/1.0' };
    const head = await ask('/loaders/snponly.efi', agent, 'HEAD');
    expect(head).toMatchObject({
      status: 200,
      headers: { 'content-length': '2', 'content-type': 'application/efi', 'accept-ranges': 'bytes' },
    });
    expect(head.body.length).toBe(0);
    expect((await ask('/loaders/snponly.efi', agent)).body.toString()).toBe('MZ');
    expect(events.of('http.head')[0]).toMatchObject({
      ip: LOOPBACK,
      mac: MAC,
      detail: { path: '/loaders/snponly.efi', userAgent: 'UefiHttpBoot/1.0', sizeBytes: 2 },
    });
    expect((await events.wait('http.done', 2)).detail).toMatchObject({ status: 200, sentBytes: 2 });
  });

  it('never answers in chunks or compressed', async () => {
    const answer = await ask('/images/x/live.iso', { 'Accept-Encoding': 'gzip, br' });
    expect(answer.headers['transfer-encoding']).toBeUndefined();
    expect(answer.headers['content-encoding']).toBeUndefined();
    expect(answer.headers['content-length']).toBe(String(iso.length));
    expect(answer.body.equals(iso)).toBe(true);
  });
});

describe('a machine that has just come', () => {
  it('is asked for once more before it is decided whose request it is', async () => {
    expect(await macsOfRoute([undefined, undefined, MAC])).toEqual([MAC]);
  });

  it('is of this moment where it decides: another machine may have taken the address within the last second', async () => {
    const taken = '52:54:00:66:66:66' as MacAddress;
    expect(await macsOfRoute((_ip, maxAgeMs) => (maxAgeMs === 0 ? taken : MAC))).toEqual([taken]);
  });

  /** The machine that a route is told of, by answers one after the other or by how old they may be. */
  async function macsOfRoute(
    answers: (MacAddress | undefined)[] | ((ip: Ipv4Address, maxAgeMs?: number) => MacAddress | undefined),
  ): Promise<(string | undefined)[]> {
    const macs: (string | undefined)[] = [];
    const young = await startHttpServer({
      address: LOOPBACK,
      port: 0,
      root,
      routes: [
        {
          prefix: '/seed/',
          handle: async ({ mac }) => {
            macs.push(mac);
            return undefined;
          },
        },
      ],
      sink: events,
      resolveMac: typeof answers === 'function' ? answers : () => answers.shift(),
    });
    await fetch(`http://${LOOPBACK}:${young.port}/seed/x`);
    await young.close();
    return macs;
  }
});

describe('real clients', () => {
  itNeeds('curl')('curl fetches, and resumes a part with -C', async () => {
    const out = join(top, 'curl.iso');
    writeFileSync(out, iso.subarray(0, 1_234_567));
    await curl('-C', '-', '-o', out, url('/images/x/live.iso'));
    expect(readFileSync(out).equals(iso)).toBe(true);
    expect((await events.wait('http.done')).detail).toMatchObject({ status: 206, range: 'bytes=1234567-' });
  });

  itNeeds('busybox')('busybox wget, as in an installer', async () => {
    const out = join(top, 'wget.iso');
    const result = await run('busybox', ['wget', '-q', '-O', out, url('/images/x/live.iso')]);
    expect(result.exitCode, result.stderr).toBe(0);
    expect(readFileSync(out).equals(iso)).toBe(true);
  });

  itNeeds('curl')('fifty at once all get the whole file', async () => {
    const wanted = createHash('sha256').update(iso).digest('hex');
    const all = await Promise.all(
      Array.from({ length: 50 }, () =>
        run('sh', ['-c', `curl -s '${url('/images/x/live.iso')}' | sha256sum`], { timeoutMs: 30_000 }),
      ),
    );
    expect(all.filter(({ stdout }) => stdout.startsWith(wanted))).toHaveLength(50);
  });
});

describe('ranges and conditions', () => {
  it('give exactly the bytes asked for', async () => {
    const answer = await ask('/images/x/live.iso', { Range: 'bytes=1000000-2999999' });
    expect(answer.status).toBe(206);
    expect(answer.headers['content-range']).toBe(`bytes 1000000-2999999/${iso.length}`);
    expect(answer.body.equals(iso.subarray(1_000_000, 3_000_000))).toBe(true);
  });

  it('refuse a range behind the end', async () => {
    const answer = await ask('/images/x/live.iso', { Range: 'bytes=9999999-' });
    expect(answer.status).toBe(416);
    expect(answer.headers['content-range']).toBe(`bytes */${iso.length}`);
  });

  it('know the present version by its ETag, and another after a change', async () => {
    writeFileSync(join(root, 'changing'), 'one');
    const first = await ask('/changing');
    const etag = first.headers.etag ?? '';
    expect((await ask('/changing', { 'If-None-Match': etag })).status).toBe(304);
    writeFileSync(join(root, 'changing'), 'two!');
    const second = await ask('/changing', { 'If-None-Match': etag });
    expect(second.status).toBe(200);
    const resumed = await ask('/changing', { Range: 'bytes=2-', 'If-Range': etag });
    expect(resumed).toMatchObject({ status: 200 });
    expect(resumed.body.toString()).toBe('two!');
  });

  it('serve an empty file', async () => {
    expect(await ask('/empty')).toMatchObject({ status: 200, headers: { 'content-length': '0' } });
  });
});

describe('what is not served', () => {
  itNeeds('curl')('paths out of the root, folders and what is not there', async () => {
    expect(await statusOf('/../secret')).toBe('403');
    expect(await statusOf('/%2e%2e/secret')).toBe('403');
    expect(await statusOf('/..%2fsecret')).toBe('403');
    expect(await statusOf('/out')).toBe('403');
    expect(await statusOf('/a%00b')).toBe('403');
    expect(await statusOf('/images')).toBe('403');
    expect(await statusOf('/images/')).toBe('404');
    expect(await statusOf('/')).toBe('404');
    expect(await statusOf('/none')).toBe('404');
    expect(events.of('http.missing').map((event) => event.detail?.['path'])).toContain('/none');
  });

  itNeeds('curl')('other methods, with the allowed ones named', async () => {
    expect(await curl('-X', 'PUT', '-d', 'x', '-D', '-', url('/boot.ipxe'))).toMatch(
      /405.*Allow: GET, HEAD\r/s,
    );
    expect(await statusOf('/boot.ipxe', '-X', 'POST', '-d', 'x')).toBe('405');
    expect(await statusOf('/boot.ipxe', '-X', 'DELETE')).toBe('405');
  });
});

describe('routes', () => {
  it('get path, query, client and body', async () => {
    expect((await ask('/seed/a?x=1')).body.toString()).toBe(`seed of ${MAC}\n`);
    expect(asked[0]).toMatchObject({ method: 'GET', path: '/seed/a', ip: LOOPBACK, mac: MAC });
    expect(asked[0]?.query.get('x')).toBe('1');
    // a query may hold secrets
    expect(JSON.stringify(events.events)).not.toContain('x=1');
  });

  itNeeds('curl')('take a POST of at most 1 MiB', async () => {
    const body = join(top, 'body');
    writeFileSync(body, Buffer.alloc(1024 * 1024, 'a'));
    expect(await statusOf('/seed/a', '--data-binary', `@${body}`)).toBe('200');
    expect(bodies[0]?.length).toBe(1024 * 1024);
    writeFileSync(body, Buffer.alloc(1024 * 1024 + 1, 'a'));
    expect(await statusOf('/seed/a', '--data-binary', `@${body}`)).toBe('413');
    expect(await statusOf('/seed/a', '-H', 'Transfer-Encoding: chunked', '--data-binary', `@${body}`)).toBe(
      '413',
    );
  });

  it('that fail or know nothing cost nobody else anything', async () => {
    expect((await ask('/seed/boom')).status).toBe(500);
    expect((await ask('/seed/none')).status).toBe(404);
    expect((await ask('/boot.ipxe')).body.toString()).toBe('#!ipxe\n');
    expect((await events.wait('http.error')).detail).toMatchObject({ reason: 'route-failed' });
  });

  it('answer HEAD without a body', async () => {
    const head = await ask('/seed/a', {}, 'HEAD');
    expect(head.headers['content-length']).toBe(String(`seed of ${MAC}\n`.length));
    expect(head.body.length).toBe(0);
  });
});

describe('a download in the middle', () => {
  it('that the client cuts is told of with the bytes sent', async () => {
    const big = join(root, 'big.iso');
    writeFileSync(big, '');
    truncateSync(big, 200_000_000);
    await new Promise<void>((resolve) => {
      const request = httpRequest(url('/big.iso'), { agent: false }, (response) => {
        let got = 0;
        response.on('data', (part: Buffer) => {
          got += part.length;
          if (got > 20_000_000) request.destroy();
        });
        response.on('close', resolve);
        response.on('error', () => undefined);
      });
      request.on('error', () => undefined);
      request.end();
    });
    const { detail } = await events.wait('http.error');
    expect(detail).toMatchObject({ reason: 'client-aborted', sizeBytes: 200_000_000, path: '/big.iso' });
    expect(Number(detail?.['sentBytes'])).toBeGreaterThan(15_000_000);
    expect(Number(detail?.['sentBytes'])).toBeLessThan(200_000_000);
  });

  it('that stalls is closed, and does not hold others up', async () => {
    await server.close();
    server = await startHttpServer({ address: LOOPBACK, port: 0, root, sink: events, idleTimeoutMs: 300 });
    const stalled = connect(server.port, LOOPBACK);
    stalled.on('error', () => undefined);
    stalled.pause();
    stalled.write('GET /big.iso HTTP/1.1\r\nHost: x\r\n\r\n');
    expect((await ask('/images/x/live.iso')).body.equals(iso)).toBe(true);
    expect((await events.wait('http.error')).detail).toMatchObject({ reason: 'client-aborted' });
    stalled.destroy();
  });

  it('of a file that becomes shorter is cut, not padded', async () => {
    const shrinks = join(root, 'shrinks.iso');
    writeFileSync(shrinks, '');
    truncateSync(shrinks, 100_000_000);
    const got = await new Promise<number>((resolve) => {
      let count = 0;
      const request = httpRequest(url('/shrinks.iso'), { agent: false }, (response) => {
        response.on('data', (part: Buffer) => {
          if (count === 0) truncateSync(shrinks, 1000);
          count += part.length;
        });
        response.on('error', () => undefined);
        response.on('close', () => resolve(count));
      });
      request.on('error', () => undefined);
      request.end();
    });
    expect(got).toBeLessThan(100_000_000);
    expect((await events.wait('http.error')).detail).toMatchObject({ reason: 'file-changed' });
  });
});

describe('hostile bytes', () => {
  const send = (bytes: Buffer | string): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(server.port, LOOPBACK);
      let answer = '';
      socket.on('data', (part) => (answer += part.toString('latin1')));
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(answer));
      socket.end(bytes);
    });

  it('are answered with an error or silence, and the server goes on', async () => {
    expect(await send(randomBytes(2000))).toMatch(/^HTTP\/1.1 400|^$/);
    expect(await send('GET / HTTP/9.9\r\n\r\n')).toMatch(/^HTTP\/1.1 400|^$/);
    expect(await send(`GET /${'a'.repeat(40_000)} HTTP/1.1\r\nHost: x\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 (431|414)/,
    );
    expect(await send('GET * HTTP/1.1\r\nHost: x\r\n\r\n')).toMatch(/^HTTP\/1.1 400/);
    expect(await send('GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n')).toMatch(/^HTTP\/1.1 400/);
    expect(await send('POST /seed/a HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n')).toMatch(/400/);
    expect(await send('POST /seed/a HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\nshort')).toMatch(
      /^$|400/,
    );
    for (let i = 0; i < 50; i += 1) await send(Buffer.concat([Buffer.from('GET /'), randomBytes(100)]));
    expect((await ask('/boot.ipxe')).status).toBe(200);
  });
});

describe('startHttpServer', () => {
  it('says who holds the port', async () => {
    const options = { address: LOOPBACK, port: server.port, root, sink: events };
    await expect(startHttpServer(options)).rejects.toMatchObject({
      code: 'E_PORT_IN_USE',
      message: expect.stringContaining(String(process.pid)),
    });
  });
});
