import { appendFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BootEvent } from '../../../src/model/boot-event.ts';
import { openEventStore, previousEventsPath } from '../../../src/watch/event-store.ts';
import { followEvents, readEvents } from '../../../src/watch/read-events.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pxectl-events-'));
  path = join(folder, 'events.jsonl');
});
afterEach(() => rm(folder, { recursive: true }));

describe('the event store', () => {
  it('keeps events as JSON Lines that can be read again', async () => {
    const store = await openEventStore(path);
    const heard: string[] = [];
    store.subscribe((event) => heard.push(event.type));
    store.emit({ type: 'engine.ready', detail: { engine: 'builtin' } });
    store.emit({ type: 'tftp.missing', detail: { path: 'x' } });
    await store.close();
    const lines = (await readFile(path, 'utf8')).trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as BootEvent).type)).toEqual([
      'engine.ready',
      'tftp.missing',
    ]);
    expect(lines[0]).toMatch(/^\{"time":"\d{4}-.*Z","type":"engine\.ready"/);
    expect((await readEvents(path)).map((event) => event.type)).toEqual(heard);
  });

  it('is bounded on disk: one full file is kept beside the current one', async () => {
    const store = await openEventStore(path, { maxBytes: 2_000 });
    for (let n = 0; n < 200; n += 1) {
      store.emit({ type: 'http.get', detail: { path: `/images/${n}` } });
      if (n % 10 === 9) await new Promise((resolve) => setTimeout(resolve, 60));
    }
    await store.close();
    const sizes = [(await stat(path)).size, (await stat(previousEventsPath(path))).size];
    expect(Math.max(...sizes)).toBeLessThan(4_000);
    expect((await readEvents(path)).at(-1)?.detail['path']).toBe('/images/199');
  });

  it('goes on when the disk refuses, and says so once', async () => {
    const troubles: string[] = [];
    const store = await openEventStore(path, { onTrouble: (message) => troubles.push(message) });
    await rm(folder, { recursive: true });
    store.emit({ type: 'engine.ready' });
    await new Promise((resolve) => setTimeout(resolve, 80));
    store.emit({ type: 'engine.ready' });
    await store.close();
    expect(troubles).toHaveLength(1);
    await (await import('node:fs/promises')).mkdir(folder);
  });

  it('passes over a line that a crash cut', async () => {
    const store = await openEventStore(path);
    store.emit({ type: 'engine.ready' });
    await store.close();
    await appendFile(path, '{"time":"2026-01-01T00:00:00.000Z","type":"http.g');
    expect((await readEvents(path)).map((event) => event.type)).toEqual(['engine.ready']);
    const next = await openEventStore(path);
    next.emit({ type: 'engine.starting' });
    await next.close();
    expect((await readEvents(path)).map((event) => event.type)).toEqual(['engine.ready', 'engine.starting']);
  });

  it('reads characters whole, wherever a read of the file ends', async () => {
    const store = await openEventStore(path);
    const words = '计算机'.repeat(50);
    for (let n = 0; n < 900; n += 1) store.emit({ type: 'http.get', detail: { words } });
    await store.close();
    expect((await stat(path)).size).toBeGreaterThan(400_000);
    const different = (await readEvents(path)).filter(({ detail }) => detail['words'] !== words);
    expect(different).toEqual([]);
  });

  it('is followed across a rotation without losing an event', async () => {
    const stop = new AbortController();
    const seen: unknown[] = [];
    const follower = (async () => {
      for await (const event of followEvents(path, { fromStart: true, signal: stop.signal, pollMs: 5 })) {
        seen.push(event.detail['n']);
      }
    })();
    const store = await openEventStore(path, { maxBytes: 1_000 });
    for (let n = 0; n < 60; n += 1) {
      store.emit({ type: 'http.get', detail: { n } });
      if (n % 5 === 4) await new Promise((resolve) => setTimeout(resolve, 70));
    }
    await store.close();
    await new Promise((resolve) => setTimeout(resolve, 100));
    stop.abort();
    await follower;
    expect(seen).toEqual(Array.from({ length: 60 }, (_, n) => n));
  });
});
