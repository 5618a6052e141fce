import { messageOf } from '../../model/errors.ts';
import type { TftpRequest } from '../../protocol/tftp/packets.ts';
import { openInRoot, type OpenOutcome } from '../serve-root.ts';
import type { ChunkCache } from './chunk-cache.ts';
import { MAX_NETASCII_BYTES, NetasciiFiles } from './netascii.ts';
import { SharedFiles, type SharedFile } from './shared-files.ts';

export type NoFile =
  | Exclude<OpenOutcome, { readonly kind: 'opened' }>
  | { readonly kind: 'refused'; readonly reason: string; readonly told: string };
export type Requested = NoFile | { readonly kind: 'opened'; readonly file: SharedFile };

/** The files below one folder, as they are asked for. */
export class RequestedFiles {
  readonly #root: string;
  readonly #files: SharedFiles;
  readonly #texts: NetasciiFiles;

  constructor(root: string, cache: ChunkCache) {
    this.#root = root;
    this.#files = new SharedFiles(cache);
    this.#texts = new NetasciiFiles(this.#files);
  }

  /** What is opened is matched by one `release`. */
  async open({ mode }: TftpRequest, path: string): Promise<Requested> {
    const outcome = await openInRoot(this.#root, path);
    if (outcome.kind !== 'opened') return outcome;
    if (mode === 'octet') return { kind: 'opened', file: this.#files.acquire(outcome.file) };
    try {
      const file = await this.#texts.acquire(outcome.file);
      if (file !== undefined) return { kind: 'opened', file };
      const told = `text mode is for files up to ${MAX_NETASCII_BYTES} bytes: ask in octet mode`;
      return { kind: 'refused', reason: told, told };
    } catch (error) {
      return { kind: 'failed', reason: messageOf(error) };
    }
  }

  release(file: SharedFile): void {
    this.#files.release(file);
  }

  close(): void {
    this.#texts.close();
  }
}
