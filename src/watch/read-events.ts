import { open, type FileHandle } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BootEvent } from '../model/boot-event.ts';
import { systemCodeOf } from '../model/errors.ts';
import { parseEvent } from './event-files.ts';
import { eventLines } from './event-lines.ts';

const CHUNK_BYTES = 256 * 1024;

/**
 * Every event kept on disk, oldest first, some at a time: a running pxectl answers machines in between. Lines that are not events
 * (cut by a crash) are passed over.
 * @param files those of `eventFiles` that are read
 */
export async function* eventsOnDisk(path: string, files?: readonly string[]): AsyncGenerator<BootEvent[]> {
  for await (const { lines } of eventLines(path, files)) yield eventsOf(lines);
}

/** Those of them that were there when this was the last id: others have heard of what came since. */
export async function* eventsUntil(path: string, lastId: number): AsyncGenerator<BootEvent[]> {
  for await (const events of eventsOnDisk(path)) yield events.filter(({ id = 0 }) => id <= lastId);
}

/** All of them at once. */
export async function readEvents(path: string, files?: readonly string[]): Promise<BootEvent[]> {
  const events: BootEvent[] = [];
  for await (const some of eventsOnDisk(path, files)) events.push(...some);
  return events;
}

/** Follows the store: yields events as they are written, until the signal aborts. */
export async function* followEvents(
  path: string,
  options: { readonly fromStart: boolean; readonly signal: AbortSignal; readonly pollMs?: number },
): AsyncGenerator<BootEvent> {
  const reader = new LineReader(path);
  try {
    if (!options.fromStart) await reader.readNew();
    while (!options.signal.aborted) {
      const events = eventsOf(await reader.readNew());
      yield* events;
      if (events.length === 0) {
        await sleep(options.pollMs ?? 100, undefined, { signal: options.signal }).catch(() => undefined);
      }
    }
  } finally {
    await reader.close();
  }
}

/** A line cut by a crash is passed over: the rest of the file is still good. */
const eventsOf = (lines: readonly string[]): BootEvent[] =>
  lines.map(parseEvent).filter((event) => event !== undefined);

/** Reads the lines that were added since the last call; notices when the file was rotated away. */
class LineReader {
  #handle: FileHandle | undefined;
  #inode = 0n;
  #offset = 0;
  /** keeps the bytes of a character that the next read ends */
  #decoder = new StringDecoder('utf8');
  #rest = '';

  constructor(private readonly path: string) {}

  async readNew(): Promise<string[]> {
    const lines: string[] = [];
    if (this.#handle) {
      await this.#drain(lines);
      if (!(await this.#wasReplaced())) return lines;
      await this.close();
    }
    if (await this.#open()) await this.#drain(lines);
    return lines;
  }

  async close(): Promise<void> {
    await this.#handle?.close();
    this.#handle = undefined;
  }

  async #open(): Promise<boolean> {
    try {
      this.#handle = await open(this.path, 'r');
    } catch (error) {
      if (systemCodeOf(error) === 'ENOENT') return false;
      throw error;
    }
    this.#inode = (await this.#handle.stat({ bigint: true })).ino;
    this.#offset = 0;
    this.#decoder = new StringDecoder('utf8');
    this.#rest = '';
    return true;
  }

  async #wasReplaced(): Promise<boolean> {
    try {
      const probe = await open(this.path, 'r');
      const { ino, size } = await probe.stat({ bigint: true });
      await probe.close();
      return ino !== this.#inode || size < BigInt(this.#offset);
    } catch (error) {
      if (systemCodeOf(error) === 'ENOENT') return false;
      throw error;
    }
  }

  async #drain(lines: string[]): Promise<void> {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      const result = await this.#handle?.read(buffer, 0, buffer.length, this.#offset);
      if (!result || result.bytesRead === 0) return;
      this.#offset += result.bytesRead;
      const parts = (this.#rest + this.#decoder.write(buffer.subarray(0, result.bytesRead))).split('\n');
      this.#rest = parts.pop() ?? '';
      lines.push(...parts.filter((line) => line !== ''));
    }
  }
}
