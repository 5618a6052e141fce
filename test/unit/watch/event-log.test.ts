import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { previousEventsPath } from '../../../src/watch/event-files.ts';
import { EventLog } from '../../../src/watch/event-log.ts';
import { openEventStore, type EventStore } from '../../../src/watch/event-store.ts';
import { readEvents } from '../../../src/watch/read-events.ts';

let folder: string;
let path: string;
let store: EventStore;
let log: EventLog;
const open = async (maxBytes?: number): Promise<void> => {
  store = await openEventStore(path, maxBytes === undefined ? {} : { maxBytes });
  log = new EventLog(path, store);
};
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pxectl-event-log-'));
  path = join(folder, 'events.jsonl');
  await open();
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true });
});

const emit = (from: number, to: number): void => {
  for (let n = from; n < to; n += 1) store.emit({ type: 'engine.warning', detail: { n } });
};

/** What a reader is told until it has seen number `last`. */
async function told(afterId: number, last: number) {
  const end = new AbortController();
  const numbers: number[] = [];
  let gaps = 0;
  let lastId = afterId;
  for await (const { isAfterGap, events } of log.follow(afterId, end.signal)) {
    if (isAfterGap) gaps += 1;
    for (const event of events) {
      expect(event.id).toBeGreaterThan(lastId);
      lastId = event.id;
      numbers.push(Number(event.detail['n']));
    }
    if (numbers.at(-1) === last) end.abort();
  }
  return { numbers, gaps, lastId };
}
const count = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

describe('the log of events', () => {
  it('goes on where a reader was, also when pxectl was started anew or killed between', async () => {
    emit(0, 10);
    const first = await told(0, 9);
    expect(first).toMatchObject({ numbers: count(0, 10), gaps: 0 });
    emit(10, 12);
    await store.close();
    await open();
    emit(12, 15);
    expect(await told(first.lastId, 14)).toMatchObject({ numbers: count(10, 15), gaps: 0 });
    // a line that a crash has cut is told as the events after it are: not at all
    await store.close();
    await writeFile(path, '{"time":"2026-01-01T00:00:00.000Z","type":"engine.r', { flag: 'a' });
    await open();
    emit(15, 16);
    expect(await told(0, 15)).toMatchObject({ numbers: count(0, 16), gaps: 0 });
    const ids = (await readEvents(path)).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('gives ids that grow although the clock is set back', async () => {
    const ahead = (Date.now() + 3_600_000) * 1000;
    await store.close();
    await writeFile(
      path,
      `{"time":"2026-01-01T00:00:00.000Z","type":"engine.ready","id":${ahead},"detail":{}}\n`,
    );
    await open();
    emit(0, 2);
    expect(await told(ahead, 1)).toMatchObject({ numbers: [0, 1], gaps: 0, lastId: ahead + 2 });
  });

  it('tells whoever is slow the rest from the disk, with nothing missing and nothing twice', async () => {
    const end = new AbortController();
    const numbers: number[] = [];
    emit(0, 100);
    const reader = log.follow(0, end.signal);
    for (let isOver = false; !isOver;) {
      const { value } = await reader.next();
      for (const { detail } of value?.events ?? []) numbers.push(Number(detail['n']));
      // much more than is held in memory, between two of its looks
      if (numbers.length === 100) {
        for (let n = 100; n < 40_100; n += 4_000) {
          emit(n, n + 4_000);
          await expect.poll(async () => (await readEvents(path)).length, { timeout: 20_000 }).toBe(n + 4_000);
        }
      }
      isOver = numbers.at(-1) === 40_099;
    }
    end.abort();
    await reader.return(undefined);
    expect(numbers).toEqual(count(0, 40_100));
  }, 60_000);

  it('says that there is a gap where what came after a reader is on no disk any more', async () => {
    emit(0, 1);
    const { lastId } = await told(0, 0);
    await store.close();
    await open(2_000);
    for (let n = 1; n < 200; n += 20) {
      emit(n, n + 20);
      const last = async () => (await readEvents(path)).at(-1)?.detail['n'];
      await expect.poll(last).toBe(n + 19);
    }
    expect((await readEvents(previousEventsPath(path)))[0]?.detail['n']).toBeGreaterThan(1);
    await store.close();
    await open();
    const { numbers, gaps } = await told(lastId, 200);
    expect(gaps).toBe(1);
    expect(numbers).toEqual(count(numbers[0] ?? 0, 201));
    expect(await told(0, 200)).toMatchObject({ gaps: 0 });
  });

  it('tells a reader of another past that it has to look anew', async () => {
    emit(0, 1);
    const end = new AbortController();
    const reader = log.follow(store.lastId + 5_000_000, end.signal);
    expect((await reader.next()).value).toEqual({ isAfterGap: true, events: [] });
    const next = reader.next();
    emit(1, 2);
    expect((await next).value?.events).toMatchObject([{ detail: { n: 1 } }]);
    end.abort();
    expect(await reader.next()).toMatchObject({ done: true });
  });
});
