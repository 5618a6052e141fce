import { rm } from 'node:fs/promises';
import { relative } from 'node:path';
import { checkStored } from '../images/check-stored.ts';
import { checkFile, markOf, type ExpectedFile, type FileMark } from '../images/file-check.ts';
import type { BootContext } from '../model/boot-context.ts';
import type { NetworkTrouble } from '../model/network-trouble.ts';
import type { StateLayout } from '../model/state-layout.ts';
import { loadBootContext } from './boot-context.ts';
import type { Project } from './project.ts';
import { fillServeFolder, foreignFiles } from './serve-folder.ts';

export interface SessionFilesOptions {
  readonly layout: StateLayout;
  readonly onProgress: (line: string) => void;
  readonly onWarning: (line: string) => void;
  /** ends what takes its time while the session starts */
  readonly signal?: AbortSignal | undefined;
}

interface Watched {
  readonly expected: ExpectedFile;
  known: FileMark | undefined;
}

/** The files of one session: what is served is what was verified, when it starts, when it reads its configuration and between. */
export class SessionFiles {
  readonly #ending = new AbortController();
  readonly #signal: AbortSignal;
  #verified: ReadonlyMap<string, FileMark> = new Map();
  #watched: ReadonlyMap<string, Watched> = new Map();

  constructor(private readonly options: SessionFilesOptions) {
    const { signal } = options;
    this.#signal =
      signal === undefined ? this.#ending.signal : AbortSignal.any([signal, this.#ending.signal]);
  }

  /**
   * The configuration with what is in the store, all of it as it was verified.
   * @throws PxectlError E_IMAGE_NOT_FETCHED, E_LOADER_MISSING, E_CHECKSUM
   */
  async load(project: Project): Promise<BootContext> {
    const context = await loadBootContext(project);
    const { layout, onProgress } = this.options;
    this.#verified = await checkStored(context, layout, { onProgress, signal: this.#signal });
    return context;
  }

  /** Fills the serve folder. @returns paths relative to the state folder that changed @throws as `fillServeFolder` */
  async fill(context: BootContext): Promise<readonly string[]> {
    const { changed, foreign, served } = await fillServeFolder(context, this.options.layout);
    const watched = new Map<string, Watched>();
    for (const { source, target, expected } of served) {
      const verified = this.#verified.get(source);
      const there = await markOf(target);
      // a copy, where hard links cannot be, is a file of its own
      const isCopy = there !== undefined && there.inode !== verified?.inode;
      watched.set(target, { expected, known: isCopy ? there : verified });
    }
    this.#watched = watched;
    if (foreign.length > 0) this.options.onWarning(foreignFiles(foreign));
    return changed;
  }

  /** Looks whether what is served is still what was verified. What is not is taken away: no machine boots it any more. */
  async look(): Promise<readonly NetworkTrouble[]> {
    const changed: string[] = [];
    for (const [path, watched] of this.#watched) {
      const { outcome, mark } = await checkFile(path, watched.expected, {
        known: watched.known,
        signal: this.#signal,
      });
      if (outcome === 'ok') watched.known = mark;
      else {
        changed.push(relative(this.options.layout.root, path));
        await rm(path, { force: true });
      }
    }
    if (changed.length === 0) return [];
    const more = changed.length > 4 ? ` and ${changed.length - 4} more` : '';
    const message = `not what was verified any more, and served no longer: ${changed.slice(0, 4).join(', ')}${more}`;
    return [{ id: 'served-file-changed', severity: 'error', message }];
  }

  /** Ends a look that is under way. */
  close(): void {
    this.#ending.abort();
  }
}
