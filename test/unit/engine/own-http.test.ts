import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EngineInput } from '../../../src/engine/engine.ts';
import { startOwnHttp, transfersBesideDnsmasq, type HttpFront } from '../../../src/engine/http-front.ts';

const SIZE_BYTES = 64 * 1024 * 1024;

let folder: string;
let port: number;
let front: HttpFront;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pxectl-front-'));
  await writeFile(join(folder, 'linux'), Buffer.alloc(SIZE_BYTES));
  const taken = createServer();
  await once(taken.listen(0, '127.0.0.1'), 'listening');
  ({ port } = taken.address() as AddressInfo);
  await new Promise((resolve) => taken.close(resolve));
  front = await startOwnHttp({
    context: { config: { network: { address: '127.0.0.1' }, http: { port } } },
    layout: { httpRoot: folder },
    routes: [],
    sink: { emit: () => undefined },
    cardOf: () => undefined,
  } as unknown as EngineInput);
});
afterAll(async () => {
  await front.stop();
  await rm(folder, { recursive: true });
});

it('beside dnsmasq the files that pxectl itself sends are seen on their way, and those of dnsmasq are said not to be', async () => {
  const request = get({ host: '127.0.0.1', port, path: '/linux', agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const seen = transfersBesideDnsmasq(front);
  expect(seen.toldWhenOver).toEqual(['tftp']);
  // it reads nothing: what the sockets hold is sent
  await expect
    .poll(() => seen.transfers())
    .toMatchObject([{ ip: '127.0.0.1', path: '/linux', sizeBytes: SIZE_BYTES }]);
  expect(seen.transfers()[0]?.sentBytes).toBeLessThan(SIZE_BYTES);
  response.resume();
  await once(response, 'end');
  await expect.poll(() => seen.transfers()).toEqual([]);
});

it('beside nginx nothing is seen before it has come whole, which is said', () => {
  const seen = transfersBesideDnsmasq({});
  expect([seen.transfers(), seen.toldWhenOver]).toEqual([[], ['tftp', 'http']]);
});
