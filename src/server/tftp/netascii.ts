import { randomBytes } from 'node:crypto';
import { close, constants, fstat, open, read, unlink, write } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Turns } from '../../platform/turns.ts';
import type { OpenedFile } from '../serve-root.ts';
import { keyOfFile, type SharedFile, type SharedFiles } from './shared-files.ts';

const calls = {
  open: promisify(open),
  read: promisify(read),
  write: promisify(write),
  fstat: promisify(fstat),
  unlink: promisify(unlink),
  close: promisify(close),
};

/** Text mode is for a first test by hand; loaders ask for octet. A conversion of this holds everybody up for some milliseconds. */
export const MAX_NETASCII_BYTES = 1024 * 1024;
/** Kept converted, so that whoever asks again and again costs nothing; each has its file in /tmp. */
const MAX_KEPT = 8;
const LF = 0x0a;
const CR = 0x0d;

/** RFC 764 as RFC 1350 §1 has it: a line ends with CR LF, a CR alone is CR NUL. */
export function toNetascii(bytes: Uint8Array): Buffer {
  const from = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out = Buffer.allocUnsafe(bytes.length * 2);
  let length = 0;
  let start = 0;
  let lf = from.indexOf(LF);
  let cr = from.indexOf(CR);
  while (lf >= 0 || cr >= 0) {
    const isLf = cr < 0 || (lf >= 0 && lf < cr);
    const end = isLf ? lf : cr;
    length += from.copy(out, length, start, end);
    out[length++] = CR;
    out[length++] = isLf ? LF : 0;
    start = end + 1;
    if (isLf) lf = from.indexOf(LF, start);
    else cr = from.indexOf(CR, start);
  }
  length += from.copy(out, length, start);
  return out.subarray(0, length);
}

/** Files as they go over the wire in netascii: one is converted at a time, once for all who ask for it. */
export class NetasciiFiles {
  /** by the key of the file that it was made from, least recently asked for first */
  readonly #kept = new Map<string, SharedFile>();
  readonly #turns = new Turns();
  #most = MAX_KEPT;

  constructor(private readonly files: SharedFiles) {}

  /**
   * Takes over an opened file; the result is released by its user.
   * @returns undefined when it is larger than MAX_NETASCII_BYTES
   * @throws Error of the disk
   */
  async acquire(opened: OpenedFile): Promise<SharedFile | undefined> {
    try {
      if (opened.sizeBytes > MAX_NETASCII_BYTES) return undefined;
      return await this.#turns.take(() => this.#acquireInTurn(opened));
    } finally {
      await calls.close(opened.fd);
    }
  }

  close(): void {
    this.#most = 0;
    this.#forgetOldest();
  }

  async #acquireInTurn(opened: OpenedFile): Promise<SharedFile> {
    const key = keyOfFile(opened);
    const kept = this.#kept.get(key) ?? this.files.acquire(await converted(opened));
    this.#kept.delete(key);
    this.#kept.set(key, kept);
    kept.users += 1;
    this.#forgetOldest();
    return kept;
  }

  #forgetOldest(): void {
    for (const [key, file] of this.#kept) {
      if (this.#kept.size <= this.#most) return;
      this.#kept.delete(key);
      this.files.release(file);
    }
  }
}

/** In a nameless file of its own. */
async function converted(file: OpenedFile): Promise<OpenedFile> {
  const bytes = Buffer.alloc(file.sizeBytes);
  const { bytesRead } = await calls.read(file.fd, bytes, 0, bytes.length, 0);
  const text = toNetascii(bytes.subarray(0, bytesRead));
  const name = join(tmpdir(), `pxectl-netascii-${randomBytes(9).toString('hex')}`);
  const fd = await calls.open(name, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
  try {
    await calls.unlink(name);
    await calls.write(fd, text, 0, text.length, 0);
    const { mtimeMs, dev, ino } = await calls.fstat(fd);
    return { fd, path: file.path, sizeBytes: text.length, modifiedMs: mtimeMs, device: dev, inode: ino };
  } catch (error) {
    await calls.close(fd);
    throw error;
  }
}
