import type { ByteSource } from './byte-source.ts';
import { isoError, readChecked, SECTOR_BYTES, viewOf } from './checked-reader.ts';
import { decodeDirectoryRecord, type DirectoryRecord } from './directory-record.ts';

/** ECMA-119 §8.4: a volume descriptor that names a directory tree. */
export interface TreeDescriptor {
  readonly volumeId: string;
  readonly blockSizeBytes: number;
  /** size that the volume says it has; a file shorter than this was cut */
  readonly volumeSizeBytes: number;
  readonly root: DirectoryRecord;
  /** names are UCS-2 big-endian (Joliet) */
  readonly isJoliet: boolean;
}

export interface VolumeDescriptors {
  readonly primary: TreeDescriptor;
  readonly joliet: TreeDescriptor | undefined;
  /** sector of the El Torito boot catalogue */
  readonly bootCatalogueSector: number | undefined;
}

const FIRST_DESCRIPTOR = 16;
/** ECMA-119 sets no limit; no image has more than a handful. */
const MAX_DESCRIPTORS = 64;

/**
 * Reads the volume descriptor set.
 * @throws ProtocolError when there is no ISO 9660 file system
 */
export async function readVolumeDescriptors(source: ByteSource): Promise<VolumeDescriptors> {
  let primary: TreeDescriptor | undefined;
  let joliet: TreeDescriptor | undefined;
  let bootCatalogueSector: number | undefined;
  for (let index = 0; index < MAX_DESCRIPTORS; index++) {
    const offset = (FIRST_DESCRIPTOR + index) * SECTOR_BYTES;
    const sector = await readChecked(source, offset, SECTOR_BYTES, 'the volume descriptor');
    if (latin1(sector, 1, 6) !== 'CD001') {
      throw isoError(offset, 'no ISO 9660 volume descriptor here: it is no ISO image');
    }
    const type = sector[0];
    if (type === 255) break;
    if (type === 0 && latin1(sector, 7, 30) === 'EL TORITO SPECIFICATION') {
      bootCatalogueSector = viewOf(sector).getUint32(71, true);
    } else if (type === 1) primary ??= decodeTreeDescriptor(sector, offset, false);
    else if (type === 2 && isJolietEscape(sector)) joliet ??= decodeTreeDescriptor(sector, offset, true);
  }
  if (primary === undefined) {
    throw isoError(FIRST_DESCRIPTOR * SECTOR_BYTES, 'there is no primary volume descriptor');
  }
  return { primary, joliet, bootCatalogueSector };
}

/** Joliet specification: escape sequences `%/@`, `%/C`, `%/E` for UCS-2 levels 1 to 3. */
function isJolietEscape(sector: Uint8Array): boolean {
  return ['%/@', '%/C', '%/E'].includes(latin1(sector, 88, 91));
}

function decodeTreeDescriptor(sector: Uint8Array, offset: number, isJoliet: boolean): TreeDescriptor {
  const view = viewOf(sector);
  const blockSizeBytes = view.getUint16(128, true);
  if (![512, 1024, 2048].includes(blockSizeBytes)) {
    throw isoError(offset + 128, `unusable block size ${blockSizeBytes}`);
  }
  const root = decodeDirectoryRecord(sector.subarray(156, 190), offset + 156);
  if (!root.isDirectory) throw isoError(offset + 156, 'the root directory record is no directory');
  const rawId = sector.subarray(40, 72);
  return {
    volumeId: (isJoliet ? utf16(rawId) : latin1(rawId, 0, 32)).replace(/(?<![\0 ])[\0 ]+$/, ''),
    blockSizeBytes,
    volumeSizeBytes: view.getUint32(80, true) * blockSizeBytes,
    root,
    isJoliet,
  };
}

export function latin1(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (const byte of bytes.subarray(start, end)) text += String.fromCharCode(byte);
  return text;
}

/** UCS-2 big-endian; a trailing odd byte is left out. */
export function utf16(bytes: Uint8Array): string {
  let text = '';
  for (let index = 0; index + 1 < bytes.length; index += 2) {
    text += String.fromCharCode(((bytes[index] ?? 0) << 8) | (bytes[index + 1] ?? 0));
  }
  return text;
}
