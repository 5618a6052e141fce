import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { diskError, makeFolder, readTextIfThere, writeFileAtomic } from '../../platform/files.ts';

/** What is known of the file that a `.part` is the beginning of; kept beside it as `.part.json`. */
export interface PartFacts {
  readonly url: string;
  /** strong validators of RFC 9110 §8.8, for If-Range */
  readonly etag?: string;
  readonly lastModified?: string;
  readonly totalBytes?: number;
}

/** A download that may go on another day. */
export interface PartFile {
  readonly path: string;
  /** facts and size of what an earlier attempt left; undefined when there is nothing to go on from */
  left(): Promise<{ readonly facts: PartFacts; readonly sizeBytes: number } | undefined>;
  /** notes the facts and opens the file, emptied when `keepBytes` is 0, else cut to that length */
  open(facts: PartFacts, keepBytes: number): Promise<FileHandle>;
  /** the whole and checked file gets its name; the facts go */
  finish(target: string): Promise<void>;
  discard(): Promise<void>;
}

export function partFile(path: string): PartFile {
  const factsPath = `${path}.json`;
  const removePart = async (): Promise<void> => {
    await rm(factsPath, { force: true });
    await rm(path, { force: true });
  };
  return {
    path,
    async left() {
      const text = await readTextIfThere(factsPath);
      const info = await stat(path).catch(() => undefined);
      if (text === undefined || info === undefined || info.size === 0) return undefined;
      try {
        const facts = JSON.parse(text) as PartFacts;
        return typeof facts.url === 'string' ? { facts, sizeBytes: info.size } : undefined;
      } catch {
        return undefined;
      }
    },
    async open(facts, keepBytes) {
      try {
        // facts never stand beside bytes of another file, and a part without facts is never gone on from
        if (keepBytes === 0) await removePart();
        await writeFileAtomic(factsPath, JSON.stringify(facts));
        const handle = await open(path, keepBytes === 0 ? 'w' : 'r+', 0o644);
        if (keepBytes > 0) await handle.truncate(keepBytes);
        return handle;
      } catch (error) {
        throw diskError(error, path);
      }
    },
    async finish(target) {
      try {
        await makeFolder(dirname(target));
        await rename(path, target);
        await rm(factsPath, { force: true });
      } catch (error) {
        throw diskError(error, target);
      }
    },
    async discard() {
      try {
        await removePart();
      } catch (error) {
        throw diskError(error, path);
      }
    },
  };
}
