import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { followNginx } from '../../../src/engine/http-front.ts';
import { eventsOfAccess } from '../../../src/engine/nginx/nginx-log.ts';

import type { NewBootEvent } from '../../../src/model/boot-event.ts';
import { stateLayout } from '../../../src/model/state-layout.ts';
import type { MacAddress } from '../../../src/protocol/addresses.ts';
import { contextFrom } from '../../support/boot-context.ts';

const root = mkdtempSync(join(tmpdir(), 'pxectl-nginx-'));
beforeAll(() => {
  mkdirSync(join(root, 'images'));
  writeFileSync(join(root, 'images', 'linux'), 'x'.repeat(1000));
});
afterAll(() => rmSync(root, { recursive: true }));

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
    expect(eventsOfAccess(line({}), root)).toMatchObject([
      { type: 'http.get', time: '2026-11-23T03:00:00.250Z', ip: '192.168.1.60' },
      {
        type: 'http.done',
        time: '2026-11-23T03:00:00.500Z',
        detail: { path: '/images/linux', status: 200, sizeBytes: 1000, sentBytes: 1000, durationMs: 250 },
      },
    ]);
  });

  it('tells a client that went away from one that has the file', () => {
    expect(eventsOfAccess(line({ sentBytes: 400 }), root)).toMatchObject([
      { type: 'http.error', detail: { reason: 'client-closed', sentBytes: 400, sizeBytes: 1000 } },
    ]);
  });

  it('keeps no more of what a client says than the built-in server', () => {
    const long = 'x'.repeat(7000);
    const fields = { uri: `/${long}?${long}`, userAgent: long, range: long, status: 404 };
    const [event] = eventsOfAccess(line(fields), root);
    expect(JSON.stringify(event).length).toBeLessThan(1000);
  });

  it('tells parts, heads and missing files', () => {
    const part = eventsOfAccess(line({ status: 206, sentBytes: 10, range: 'bytes=0-9' }), root);
    expect(part.at(-1)).toMatchObject({ type: 'http.done', detail: { range: 'bytes=0-9', sentBytes: 10 } });
    expect(eventsOfAccess(line({ method: 'HEAD', sentBytes: 0 }), root)).toMatchObject([
      { type: 'http.head' },
    ]);
    expect(eventsOfAccess(line({ uri: '/no?x=1', status: 404 }), root)).toMatchObject([
      { type: 'http.missing', detail: { path: '/no', status: 404 } },
    ]);
  });

  it('keeps queries out: they may hold secrets', () => {
    expect(JSON.stringify(eventsOfAccess(line({ uri: '/images/linux?token=abc' }), root))).not.toContain(
      'abc',
    );
  });

  it('asks again for a machine that is not known yet, and for strangers no longer than a moment', async () => {
    const path = join(root, 'access.jsonl');
    const context = contextFrom('version: 1\nnetwork: { interface: eno1, address: 192.168.1.50 }\n');
    const events: NewBootEvent[] = [];
    const mac = 'f4:4d:30:00:00:01' as MacAddress;
    const answers: (MacAddress | undefined)[] = [undefined, mac, mac];
    const input = {
      context,
      layout: { ...stateLayout(root), httpRoot: root },
      sink: { emit: (event: NewBootEvent) => void events.push(event) },
      macOf: () => answers.shift(),
    };
    const follower = followNginx(input, path);
    try {
      writeFileSync(path, `${line({})}\n`);
      const told = (): unknown => events.map((event) => [event.type, event.mac]);
      await expect.poll(told, { timeout: 5_000 }).toEqual([
        ['http.get', mac],
        ['http.done', mac],
      ]);
      appendFileSync(path, `${line({})}\n`.repeat(40));
      // all of them at once, and not one after the other
      await expect.poll(() => events.length, { timeout: 5_000 }).toBe(82);
    } finally {
      await follower.stop();
    }
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
          for (const event of eventsOfAccess(text, root)) expect(event.type).toMatch(/^http\./);
        },
      ),
    );
    for (const uri of ['/../../etc/passwd', '/%00', '/%zz', '/..%2f..']) eventsOfAccess(line({ uri }), root);
  });
});
