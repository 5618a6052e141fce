import { open, readFile, rename, type FileHandle } from 'node:fs/promises';
import type { BootEvent } from '../model/boot-event.ts';
import { systemCodeOf } from '../model/errors.ts';
import { writeFileAtomic } from '../platform/files.ts';

/** The file that a full events.jsonl is moved to. */
export const previousEventsPath = (path: string): string => path.replace(/\.jsonl$/, '.previous.jsonl');

/** What outlives even that: events of known machines. */
export const keptEventsPath = (path: string): string => path.replace(/\.jsonl$/, '.kept.jsonl');

/** All files that hold events, oldest first. */
export const eventFiles = (path: string): readonly string[] => [
  keptEventsPath(path),
  previousEventsPath(path),
  path,
];

/** Where an event on disk is no JSON (cut by a crash): undefined. */
export function parseEvent(line: string): BootEvent | undefined {
  try {
    const value = JSON.parse(line) as BootEvent;
    return typeof value.time === 'string' && typeof value.type === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The id that a line says, without parsing it; undefined for one of a pxectl that gave none, and for no event. */
export function idOfLine(line: string): number | undefined {
  const digits = /^\{"time":"[^"]{1,40}","type":"[^"]{1,40}","id":(\d{1,16})[,}]/.exec(line)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** Events are shorter than a few thousand bytes. */
const TAIL_BYTES = 64 * 1024;

/** The id of the last event on disk; 0 where there is none. */
export async function lastIdIn(path: string): Promise<number> {
  for (const file of eventFiles(path).toReversed()) {
    const ids = (await tailOf(file)).map(idOfLine).filter((id) => id !== undefined);
    if (ids.length > 0) return Math.max(...ids);
  }
  return 0;
}

async function tailOf(path: string): Promise<readonly string[]> {
  let file: FileHandle;
  try {
    file = await open(path);
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw error;
  }
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
    return buffer.toString('utf8', 0, bytesRead).split('\n');
  } finally {
    await file.close();
  }
}

/**
 * Moves the full file aside. Of the one that was aside before, the events that `isKept` wants are kept, the newest
 * `maxKeptBytes` of them.
 */
export async function rotateEvents(
  path: string,
  isKept: (event: BootEvent) => boolean,
  maxKeptBytes: number,
): Promise<void> {
  const [kept, leaving] = await Promise.all([keptEventsPath(path), previousEventsPath(path)].map(linesOf));
  const wanted = (leaving ?? []).filter((line) => {
    const event = parseEvent(line);
    return event !== undefined && isKept(event);
  });
  if (wanted.length > 0) {
    const text = [...(kept ?? []), ...wanted].map((line) => `${line}\n`).join('');
    const from = text.length <= maxKeptBytes ? 0 : text.indexOf('\n', text.length - maxKeptBytes) + 1;
    await writeFileAtomic(keptEventsPath(path), text.slice(from));
  }
  await rename(path, previousEventsPath(path));
}

async function linesOf(path: string): Promise<readonly string[]> {
  try {
    return (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return [];
    throw error;
  }
}
