import { ProtocolError } from '../protocol-error.ts';
import type { ByteSource } from './byte-source.ts';

export const SECTOR_BYTES = 2048;

export function isoError(offset: number, problem: string): ProtocolError {
  return new ProtocolError('iso9660', offset, problem);
}

/** Reads bytes, or says that the image is cut short: what a broken download looks like from inside. */
export async function readChecked(
  source: ByteSource,
  offset: number,
  length: number,
  what: string,
): Promise<Uint8Array> {
  if (!Number.isSafeInteger(offset) || offset < 0 || offset + length > source.sizeBytes) {
    throw isoError(
      offset,
      `${what} lies behind the end of the image (${source.sizeBytes} bytes): it is cut short`,
    );
  }
  const bytes = await source.read(offset, length);
  if (bytes.length !== length) throw isoError(offset, `${what} could not be read whole`);
  return bytes;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
