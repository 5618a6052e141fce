import { open, type FileHandle } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import type { BootEvent } from '../model/boot-event.ts';
import { systemCodeOf } from '../model/errors.ts';
import { eventFiles, idOfLine, keptEventsPath, parseEvent } from './event-files.ts';

const CHUNK_BYTES = 128 * 1024;

/** An event that is kept. */
export type KeptEvent = BootEvent & { readonly id: number };

/** What follows the place of a reader. */
export interface EventBatch {
  /** events before these are on no disk any more, and were not told: what is known now has to be asked for again */
  readonly isAfterGap: boolean;
  readonly events: readonly KeptEvent[];
}

/** Every event on disk after this id, oldest first, a piece of a file at a time. */
export async function* storedAfter(path: string, afterId: number): AsyncGenerator<EventBatch> {
  const files = await openFiles(path);
  try {
    let isWhole = afterId === 0;
    for (const { name, handle } of files) {
      // events of others were dropped when these were kept: what is whole begins with the next file
      const isPart = name === keptEventsPath(path);
      for await (const lines of linesOf(handle)) {
        const ids = lines.map(idOfLine);
        const events = lines.flatMap((line, index): readonly KeptEvent[] => {
          const id = ids[index];
          const event = id === undefined || id <= afterId ? undefined : parseEvent(line);
          return event === undefined || id === undefined ? [] : [{ ...event, id }];
        });
        const first = isPart ? undefined : ids.find((id) => id !== undefined);
        const isAfterGap = !isWhole && first !== undefined && first > afterId;
        isWhole ||= first !== undefined;
        if (isAfterGap || events.length > 0) yield { isAfterGap, events };
      }
    }
  } finally {
    for (const { handle } of files) await handle.close();
  }
}

/** Oldest first. Opened from the newest on: what is moved aside meanwhile is met twice, and missed never. */
async function openFiles(
  path: string,
): Promise<readonly { readonly name: string; readonly handle: FileHandle }[]> {
  const files: { readonly name: string; readonly handle: FileHandle; readonly inode: bigint }[] = [];
  for (const name of eventFiles(path).toReversed()) {
    try {
      const handle = await open(name);
      const inode = (await handle.stat({ bigint: true })).ino;
      if (files.some((file) => file.inode === inode)) await handle.close();
      else files.push({ name, handle, inode });
    } catch (error) {
      if (systemCodeOf(error) !== 'ENOENT') throw error;
    }
  }
  return files.reverse();
}

/** Whole lines: one that is being written is left out. */
async function* linesOf(handle: FileHandle): AsyncGenerator<readonly string[]> {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for (;;) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, null);
    if (bytesRead === 0) return;
    const lines = (rest + decoder.write(buffer.subarray(0, bytesRead))).split('\n');
    rest = lines.pop() ?? '';
    yield lines;
  }
}
