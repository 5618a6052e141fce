import { mkdir, open, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { BootEvent, EventSink, NewBootEvent } from '../model/boot-event.ts';
import { messageOf, systemCodeOf } from '../model/errors.ts';
import { safeJson } from '../model/printable.ts';
import { openToAppend } from '../platform/files.ts';

export interface EventStoreOptions {
  /** size at which events.jsonl becomes events.previous.jsonl; default 8 MiB */
  readonly maxBytes?: number;
  /** told once when events cannot be written (disk full); boots go on without them */
  readonly onTrouble?: (message: string) => void;
}

/** An event sink that keeps events on disk and tells listeners in this process. */
export interface EventStore extends EventSink {
  subscribe(listener: (event: BootEvent) => void): () => void;
  /** writes what is pending */
  close(): Promise<void>;
}

/** More than this waits in memory only when the disk is stuck: then the oldest are dropped. */
const MAX_PENDING = 10_000;
const FLUSH_DELAY_MS = 40;

/** The file that the full events.jsonl is moved to; what it held before is lost, so the disk use is bounded. */
export function previousEventsPath(path: string): string {
  return path.replace(/\.jsonl$/, '.previous.jsonl');
}

/** Opens the store; events are appended to `path` as one JSON object a line. */
export async function openEventStore(path: string, options: EventStoreOptions = {}): Promise<EventStore> {
  const maxBytes = options.maxBytes ?? 8 * 1024 * 1024;
  await mkdir(dirname(path), { recursive: true });
  let sizeBytes = await sizeOf(path);
  // a line that a crash cut is ended first: the next event must not become part of it
  let pending: string[] = (await isCut(path, sizeBytes)) ? ['\n'] : [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  let isInTrouble = false;
  const listeners = new Set<(event: BootEvent) => void>();

  const flush = async (): Promise<void> => {
    const text = pending.join('');
    pending = [];
    if (text === '') return;
    try {
      if (sizeBytes > 0 && sizeBytes + text.length > maxBytes) {
        await rename(path, previousEventsPath(path));
        sizeBytes = 0;
      }
      const file = await openToAppend(path);
      await file.appendFile(text).finally(() => file.close());
      sizeBytes += Buffer.byteLength(text);
      isInTrouble = false;
    } catch (error) {
      if (!isInTrouble) options.onTrouble?.(`events cannot be written to ${path}: ${messageOf(error)}`);
      isInTrouble = true;
    }
  };
  const scheduleFlush = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      writing = writing.then(flush);
    }, FLUSH_DELAY_MS);
  };

  return {
    emit(event: NewBootEvent) {
      const full: BootEvent = {
        ...event,
        time: event.time ?? new Date().toISOString(),
        detail: event.detail ?? {},
      };
      pending.push(`${safeJson(orderKeys(full))}\n`);
      if (pending.length > MAX_PENDING) pending.shift();
      scheduleFlush();
      for (const listener of listeners) listener(full);
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

/** time and type first, so that a person can read the file */
function orderKeys(event: BootEvent): BootEvent {
  const { time, type, ...rest } = event;
  return { time, type, ...rest };
}
