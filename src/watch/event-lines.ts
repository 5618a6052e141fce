import { open, type FileHandle } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { systemCodeOf } from '../model/errors.ts';
import { eventFiles, keptEventsPath } from './event-files.ts';

const CHUNK_BYTES = 128 * 1024;

/** Some lines of one file, in their order. */
export interface EventLines {
  /** events of others were dropped when these were kept */
  readonly isPart: boolean;
  readonly lines: readonly string[];
}

/** The lines of these of the files that hold events, oldest first, a piece of a file at a time. */
export async function* eventLines(path: string, names = eventFiles(path)): AsyncGenerator<EventLines> {
  const files = await openFiles(names);
  try {
    for (const { name, handle } of files) {
      for await (const lines of linesOf(handle)) yield { isPart: name === keptEventsPath(path), lines };
    }
  } finally {
    for (const { handle } of files) await handle.close();
  }
}

/** Oldest first. Opened from the newest on: what is moved aside meanwhile is met twice, and missed never. */
async function openFiles(
  names: readonly string[],
): Promise<readonly { readonly name: string; readonly handle: FileHandle }[]> {
  const files: { readonly name: string; readonly handle: FileHandle; readonly inode: bigint }[] = [];
  for (const name of names.toReversed()) {
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
