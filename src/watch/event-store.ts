import { mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { BootEvent, EventDetail, EventSink, NewBootEvent } from '../model/boot-event.ts';
import type { Machine } from '../model/config.ts';
import { messageOf, systemCodeOf } from '../model/errors.ts';
import { printable, safeJson } from '../model/printable.ts';
import { openToAppend } from '../platform/files.ts';
import { lastIdIn, rotateEvents } from './event-files.ts';
import { EventRation } from './event-ration.ts';

export interface EventStoreOptions {
  /** size at which events.jsonl becomes events.previous.jsonl; default 8 MiB */
  readonly maxBytes?: number;
  /** told once when events cannot be written (disk full); boots go on without them */
  readonly onTrouble?: (message: string) => void;
}

/** An event sink that keeps events on disk, each source's within its ration, and tells listeners in this process. */
export interface EventStore extends EventSink {
  /** every event; `isKept` is false for those beyond the ration, which are on no disk */
  subscribe(listener: (event: BootEvent, isKept: boolean) => void): () => void;
  /** machines of the configuration: their events have a share of their own, and are kept longest */
  know(machines: readonly Pick<Machine, 'mac'>[]): void;
  /** of the last event that is kept; 0 when there is none yet */
  readonly lastId: number;
  /** writes what is pending */
  close(): Promise<void>;
}

/** More than this waits in memory only when the disk is stuck: then the oldest are dropped. */
const MAX_PENDING = 10_000;
const FLUSH_DELAY_MS = 40;
/** Far more than any source tells of a client; events are bounded in number, and so in memory by this. */
const MAX_TEXT_CHARS = 2000;

const isLong = (value: unknown): value is string =>
  typeof value === 'string' && value.length > MAX_TEXT_CHARS;

/** As it will be read from the disk: who hears of it now sees the same. */
function asKept(detail: EventDetail): EventDetail {
  const entries = Object.entries(detail);
  if (!entries.some(([, value]) => value === undefined || isLong(value))) return detail;
  return Object.fromEntries(
    entries.flatMap(([key, value]) =>
      value === undefined ? [] : [[key, isLong(value) ? printable(value, MAX_TEXT_CHARS) : value]],
    ),
  );
}

/** Opens the store; events are appended to `path` as one JSON object a line. */
export async function openEventStore(path: string, options: EventStoreOptions = {}): Promise<EventStore> {
  const maxBytes = options.maxBytes ?? 8 * 1024 * 1024;
  await mkdir(dirname(path), { recursive: true });
  let sizeBytes = await sizeOf(path);
  let lastId = await lastIdIn(path);
  // what a killed pxectl had told somebody and not written yet is older, and a folder that was emptied begins nowhere anew
  const nextId = (): number => (lastId = Math.max(lastId + 1, Date.now() * 1000));
  // a line that a crash cut is ended first: the next event must not become part of it
  let pending: string[] = (await isCut(path, sizeBytes)) ? ['\n'] : [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  let isInTrouble = false;
  const listeners = new Set<(event: BootEvent, isKept: boolean) => void>();
  let known: ReadonlySet<string | undefined> = new Set();
  const isKnown = ({ mac }: Pick<BootEvent, 'mac'>): boolean => mac !== undefined && known.has(mac);
  const ration = new EventRation(isKnown);

  const flush = async (): Promise<void> => {
    const lines = pending;
    pending = [];
    try {
      // a slow disk makes many wait: a file is full all the same, and the next one begun
      for (const text of pieces(lines, maxBytes)) await append(text);
      isInTrouble = false;
    } catch (error) {
      if (!isInTrouble) options.onTrouble?.(`events cannot be written to ${path}: ${messageOf(error)}`);
      isInTrouble = true;
      // a part of the text may be there: the next event begins a line of its own
      pending.unshift('\n');
    }
  };
  const append = async (text: string): Promise<void> => {
    const bytes = Buffer.byteLength(text);
    if (sizeBytes > 0 && sizeBytes + bytes > maxBytes) {
      await rotateEvents(path, isKnown, maxBytes / 2);
      sizeBytes = 0;
    }
    const file = await openToAppend(path);
    await file.appendFile(text).finally(() => file.close());
    sizeBytes += bytes;
  };
  const scheduleFlush = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      writing = writing.then(flush);
    }, FLUSH_DELAY_MS);
  };

  const keep = (event: BootEvent): void => {
    pending.push(`${safeJson(orderKeys(event))}\n`);
    if (pending.length > MAX_PENDING) pending.shift();
    scheduleFlush();
  };

  const emit = (event: NewBootEvent): void => {
    const full: BootEvent = {
      ...event,
      time: event.time ?? new Date().toISOString(),
      detail: asKept(event.detail ?? {}),
    };
    const nowMs = Date.now();
    const isKept = ration.isKept(full, nowMs);
    const told = isKept ? { ...full, id: nextId() } : full;
    if (isKept) keep(told);
    for (const listener of listeners) listener(told, isKept);
    const message = ration.complaint(nowMs);
    if (message !== undefined) emit({ type: 'engine.warning', detail: { reason: 'rationed', message } });
  };

  return {
    emit,
    get lastId() {
      return lastId;
    },
    know(machines) {
      known = new Set(machines.map(({ mac }) => mac));
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      clearTimeout(timer);
      timer = undefined;
      writing = writing.then(flush);
      await writing;
    },
  };
}

/** Lines in as few texts as hold at most so many characters; a longer line is a text of its own. */
function* pieces(lines: readonly string[], maxLength: number): Generator<string> {
  let text = '';
  for (const line of lines) {
    if (text !== '' && text.length + line.length > maxLength) {
      yield text;
      text = '';
    }
    text += line;
  }
  if (text !== '') yield text;
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return 0;
    throw error;
  }
}

async function isCut(path: string, sizeBytes: number): Promise<boolean> {
  if (sizeBytes === 0) return false;
  const file = await open(path, 'r');
  try {
    const { buffer } = await file.read(Buffer.alloc(1), 0, 1, sizeBytes - 1);
    return buffer.toString('latin1') !== '\n';
  } finally {
    await file.close();
  }
}

/** time and type first, so that a person can read the file; then the id, so that a reader need not parse what is old */
function orderKeys(event: BootEvent): BootEvent {
  const { time, type, id, ...rest } = event;
  return { time, type, ...(id === undefined ? {} : { id }), ...rest };
}
