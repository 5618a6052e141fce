import { isoError, viewOf } from './checked-reader.ts';

/** ECMA-119 §9.1, one directory record as it is on the disc. */
export interface DirectoryRecord {
  /** first block of the data, behind any extended attribute record */
  readonly block: number;
  readonly sizeBytes: number;
  readonly isDirectory: boolean;
  /** more records of the same file follow (ECMA-119 §6.5.1): how files over 4 GiB are kept */
  readonly isContinued: boolean;
  /** an associated file: hidden data beside the real one */
  readonly isAssociated: boolean;
  /** raw name: 0 is this directory, 1 its parent */
  readonly name: Uint8Array;
  /** SUSP fields (Rock Ridge) */
  readonly systemUse: Uint8Array;
  readonly lengthBytes: number;
}

const FIXED_BYTES = 33;

/**
 * @param bytes from the record's first byte on
 * @param offset where that byte is in the image, for errors
 */
export function decodeDirectoryRecord(bytes: Uint8Array, offset: number): DirectoryRecord {
  const length = bytes[0] ?? 0;
  if (length < FIXED_BYTES + 1 || length > bytes.length) {
    throw isoError(offset, `a directory record of ${length} bytes does not fit`);
  }
  const view = viewOf(bytes);
  const nameLength = bytes[32] ?? 0;
  const nameEnd = FIXED_BYTES + nameLength;
  if (nameLength === 0 || nameEnd > length)
    throw isoError(offset + 32, `a name of ${nameLength} bytes does not fit`);
  if (bytes[26] !== 0 || bytes[27] !== 0) throw isoError(offset + 26, 'interleaved files are not supported');
  const flags = bytes[25] ?? 0;
  return {
    block: view.getUint32(2, true) + (bytes[1] ?? 0),
    sizeBytes: view.getUint32(10, true),
    isDirectory: (flags & 0x02) !== 0,
    isAssociated: (flags & 0x04) !== 0,
    isContinued: (flags & 0x80) !== 0,
    name: bytes.subarray(FIXED_BYTES, nameEnd),
    // a pad byte follows names of even length
    systemUse: bytes.subarray(nameEnd + (nameLength % 2 === 0 ? 1 : 0), length),
    lengthBytes: length,
  };
}

/** Splits the bytes of a directory into records; a zero length means that the rest of the sector is empty. */
export function decodeDirectory(bytes: Uint8Array, offset: number, sectorBytes: number): DirectoryRecord[] {
  const records: DirectoryRecord[] = [];
  for (let at = 0; at < bytes.length;) {
    if (bytes[at] === 0) {
      at = (Math.floor(at / sectorBytes) + 1) * sectorBytes;
      continue;
    }
    const record = decodeDirectoryRecord(bytes.subarray(at), offset + at);
    records.push(record);
    at += record.lengthBytes;
  }
  return records;
}
