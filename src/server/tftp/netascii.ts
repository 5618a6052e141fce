import { randomBytes } from 'node:crypto';
import { close, constants, fstat, open, read, unlink, write } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { OpenedFile } from '../serve-root.ts';

const calls = {
  open: promisify(open),
  read: promisify(read),
  write: promisify(write),
  fstat: promisify(fstat),
  unlink: promisify(unlink),
  close: promisify(close),
};

/** Text mode is for a first test by hand; loaders ask for octet. */
export const MAX_NETASCII_BYTES = 4 * 1024 * 1024;

/** RFC 764 as RFC 1350 §1 has it: a line ends with CR LF, a CR alone is CR NUL. */
export function toNetascii(bytes: Uint8Array): Buffer {
  const out = Buffer.allocUnsafe(bytes.length * 2);
  let length = 0;
  for (const byte of bytes) {
    if (byte === 0x0a) out[length++] = 0x0d;
    out[length++] = byte;
    if (byte === 0x0d) out[length++] = 0;
  }
  return out.subarray(0, length);
}

/**
 * The file as it goes over the wire in netascii, in a nameless file of its own; the given one is closed.
 * @returns undefined when it is larger than MAX_NETASCII_BYTES
 * @throws Error of the disk
 */
export async function openAsNetascii(file: OpenedFile): Promise<OpenedFile | undefined> {
  try {
    if (file.sizeBytes > MAX_NETASCII_BYTES) return undefined;
    const bytes = Buffer.alloc(file.sizeBytes);
    const { bytesRead } = await calls.read(file.fd, bytes, 0, bytes.length, 0);
    const text = toNetascii(bytes.subarray(0, bytesRead));
    const name = join(tmpdir(), `pxectl-netascii-${randomBytes(9).toString('hex')}`);
    const fd = await calls.open(name, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
    await calls.unlink(name);
    await calls.write(fd, text, 0, text.length, 0);
    const stats = await calls.fstat(fd);
    return {
      fd,
      path: file.path,
      sizeBytes: text.length,
      modifiedMs: stats.mtimeMs,
      device: stats.dev,
      inode: stats.ino,
    };
  } finally {
    await calls.close(file.fd);
  }
}
