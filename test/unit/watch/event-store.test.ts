import { appendFile, mkdir, mkdtemp, readFile, rename, rm, rmdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BootEvent } from '../../../src/model/boot-event.ts';
import { parseMac } from '../../../src/protocol/addresses.ts';
import { eventFiles, previousEventsPath } from '../../../src/watch/event-files.ts';
import { openEventStore } from '../../../src/watch/event-store.ts';
import { followEvents, readEvents } from '../../../src/watch/read-events.ts';

const macOf = (n: number) => parseMac(`02:00:00:00:${hex(n >> 8)}:${hex(n & 255)}`)!;
const hex = (byte: number): string => byte.toString(16).padStart(2, '0');

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pxectl-events-'));
  path = join(folder, 'events.jsonl');
});
afterEach(() => rm(folder, { recursive: true }));

const lastMac = async (): Promise<string | undefined> => (await readEvents(path)).at(-1)?.mac;

describe('the event store', () => {
  it('keeps no text longer than any source needs, whatever a source forgets to cut', async () => {
    const store = await openEventStore(path);
    const heard: BootEvent[] = [];
    store.subscribe((event) => heard.push(event));
    store.emit({ type: 'http.missing', detail: { path: 'x'.repeat(20_000), status: 404 } });
    await store.close();
    expect(heard[0]?.detail).toEqual({ path: `${'x'.repeat(2000)}…`, status: 404 });
    expect(await readEvents(path)).toEqual(heard);
  });

  it('tells at once what is read later: nothing of what a source left undefined', async () => {
    const store = await openEventStore(path);
    const heard: BootEvent[] = [];
    store.subscribe((event) => heard.push(event));
    store.emit({ type: 'dhcp.offer', detail: { file: 'x', relay: undefined } });
    await store.close();
    expect(Object.keys(heard[0]?.detail ?? {})).toEqual(['file']);
    expect(await readEvents(path)).toStrictEqual(heard);
  });

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
    // all of them wait for the disk at once
    for (let n = 0; n < 200; n += 1) store.emit({ type: 'http.get', detail: { path: `/images/${n}` } });
    await store.close();
    const sizes = [(await stat(path)).size, (await stat(previousEventsPath(path))).size];
    expect(Math.max(...sizes)).toBeLessThanOrEqual(2_000);
    expect((await readEvents(path)).at(-1)?.detail['path']).toBe('/images/199');
  });

  it('of known machines it keeps more than a flood of others can push out', async () => {
    const store = await openEventStore(path, { maxBytes: 20_000 });
    const mac = parseMac('52:54:00:00:00:01')!;
    store.know([{ mac }]);
    store.emit({ type: 'install.done', mac });
    for (let n = 0; n < 2_000; n += 1) {
      store.emit({ type: 'dhcp.discover', mac: macOf(n) });
      // on the disk before the next hundred: a file is full by lines, not by what a slow disk made wait
      if (n % 100 === 99) await expect.poll(lastMac, { interval: 10, timeout: 10_000 }).toBe(macOf(n));
    }
    await store.close();
    const sizes = await Promise.all(eventFiles(path).map(async (file) => (await stat(file)).size));
    expect(sizes.reduce((a, b) => a + b)).toBeLessThan(3 * 20_000);
    expect((await readEvents(path))[0]).toMatchObject({ type: 'install.done', mac });
  });

  it('what packets say in the name of a machine pushes out nothing of what it has done', async () => {
    const store = await openEventStore(path);
    const mac = macOf(1);
    store.know([{ mac }]);
    for (let n = 0; n < 2_000; n += 1) store.emit({ type: 'dhcp.discover', mac });
    const done = ['seed.requested', 'install.progress', 'machine.state', 'install.done'] as const;
    for (const type of done) store.emit({ type, mac });
    await store.close();
    expect((await readEvents(path)).map(({ type }) => type)).toEqual(expect.arrayContaining([...done]));
  });

  it('one source fills no disk: what is beyond its ration is counted, and told to whoever decides by it', async () => {
    const store = await openEventStore(path);
    const mac = parseMac('52:54:00:00:00:01')!;
    const heard = { all: 0, kept: 0 };
    store.subscribe((event, isKept) => {
      if (event.mac !== mac) return;
      heard.all += 1;
      if (isKept) heard.kept += 1;
    });
    for (let n = 0; n < 5_000; n += 1) store.emit({ type: 'dhcp.discover', mac });
    store.emit({ type: 'engine.ready' });
    await store.close();
    const events = await readEvents(path);
    expect(heard.all).toBe(5_000);
    expect(events.filter((event) => event.mac === mac)).toHaveLength(heard.kept);
    expect(heard.kept).toBeLessThan(600);
    expect(events.some(({ detail }) => detail['reason'] === 'rationed')).toBe(true);
    expect(events.at(-1)?.type).toBe('engine.ready');
  });

  it('after a full disk the next event begins a line of its own', async () => {
    const troubles: string[] = [];
    const store = await openEventStore(path, { onTrouble: (message) => troubles.push(message) });
    store.emit({ type: 'engine.starting' });
    await store.close();
    await appendFile(path, '{"time":"2026-01-01T00:00:00.000Z","ty');
    await rename(path, `${path}.aside`);
    await mkdir(path);
    store.emit({ type: 'engine.warning' });
    await expect.poll(() => troubles.length, { timeout: 10_000 }).toBe(1);
    await rmdir(path);
    await rename(`${path}.aside`, path);
    store.emit({ type: 'engine.ready' });
    await store.close();
    expect((await readEvents(path)).map(({ type }) => type)).toEqual(['engine.starting', 'engine.ready']);
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
