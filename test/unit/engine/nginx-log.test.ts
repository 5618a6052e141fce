import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsOfAccess } from '../../../src/engine/nginx/nginx-log.ts';
import type { MacAddress } from '../../../src/protocol/addresses.ts';

const root = mkdtempSync(join(tmpdir(), 'pxectl-nginx-'));
beforeAll(() => {
  mkdirSync(join(root, 'images'));
  writeFileSync(join(root, 'images', 'linux'), 'x'.repeat(1000));
});
afterAll(() => rmSync(root, { recursive: true }));

const options = {
  httpRoot: root,
  resolveMac: () => 'f4:4d:30:00:00:01' as MacAddress,
};
const line = (fields: Record<string, unknown>): string =>
  JSON.stringify({
    ...{
      time: '2026-11-23T03:00:00+00:00',
      epochSeconds: 1_795_402_800.5,
      ip: '192.168.1.60',
      method: 'GET',
    },
    ...{
      uri: '/images/linux',
      status: 200,
      sentBytes: 1000,
      durationSeconds: 0.25,
      userAgent: 'iPXE/1.21',
      range: '',
    },
    ...fields,
  });

describe("nginx's access log", () => {
  it('tells a download as its beginning and its end, each at its time', () => {
    expect(eventsOfAccess(line({}), options)).toMatchObject([
      { type: 'http.get', time: '2026-11-23T03:00:00.250Z', ip: '192.168.1.60', mac: 'f4:4d:30:00:00:01' },
      {
        type: 'http.done',
        time: '2026-11-23T03:00:00.500Z',
        detail: { path: '/images/linux', status: 200, sizeBytes: 1000, sentBytes: 1000, durationMs: 250 },
      },
    ]);
  });

  it('tells a client that went away from one that has the file', () => {
    expect(eventsOfAccess(line({ sentBytes: 400 }), options)).toMatchObject([
      { type: 'http.error', detail: { reason: 'client-closed', sentBytes: 400, sizeBytes: 1000 } },
    ]);
  });

  it('tells parts, heads and missing files', () => {
    const part = eventsOfAccess(line({ status: 206, sentBytes: 10, range: 'bytes=0-9' }), options);
    expect(part.at(-1)).toMatchObject({ type: 'http.done', detail: { range: 'bytes=0-9', sentBytes: 10 } });
    expect(eventsOfAccess(line({ method: 'HEAD', sentBytes: 0 }), options)).toMatchObject([
      { type: 'http.head' },
    ]);
    expect(eventsOfAccess(line({ uri: '/no?x=1', status: 404 }), options)).toMatchObject([
      { type: 'http.missing', detail: { path: '/no', status: 404 } },
    ]);
  });

  it('keeps queries out: they may hold secrets', () => {
    expect(JSON.stringify(eventsOfAccess(line({ uri: '/images/linux?token=abc' }), options))).not.toContain(
      'abc',
    );
  });

  it('survives any line', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.webPath().map((uri) => line({ uri })),
        ),
        (text) => {
          for (const event of eventsOfAccess(text, options)) expect(event.type).toMatch(/^http\./);
        },
      ),
    );
    for (const uri of ['/../../etc/passwd', '/%00', '/%zz', '/..%2f..'])
      eventsOfAccess(line({ uri }), options);
  });
});
