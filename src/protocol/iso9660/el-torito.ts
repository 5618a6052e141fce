import type { ByteSource } from './byte-source.ts';
import { isoError, readChecked, SECTOR_BYTES, viewOf } from './checked-reader.ts';

/** One entry of the boot catalogue. El Torito 1.0 §2. */
export interface BootEntry {
  readonly platform: 'bios' | 'powerpc' | 'mac' | 'efi' | 'other';
  readonly isBootable: boolean;
  /** where the boot image is; for EFI it is a FAT file system */
  readonly offset: number;
  /** from the catalogue, or from the FAT's own header where the catalogue's 16 bits do not reach */
  readonly sizeBytes: number;
}

const ENTRY_BYTES = 32;
const PLATFORMS: Readonly<Record<number, BootEntry['platform']>> = {
  0: 'bios',
  1: 'powerpc',
  2: 'mac',
  0xef: 'efi',
};

/**
 * Reads the boot catalogue.
 * @throws ProtocolError when its validation entry is wrong or it lies behind the end
 */
export async function readBootCatalogue(
  source: ByteSource,
  sector: number | undefined,
): Promise<BootEntry[]> {
  if (sector === undefined) return [];
  const offset = sector * SECTOR_BYTES;
  const bytes = await readChecked(source, offset, SECTOR_BYTES, 'the boot catalogue');
  checkValidation(bytes, offset);
  const entries: BootEntry[] = [];
  let platform = PLATFORMS[bytes[1] ?? 0] ?? 'other';
  let left = 1;
  for (let at = ENTRY_BYTES; at + ENTRY_BYTES <= bytes.length; at += ENTRY_BYTES) {
    const indicator = bytes[at] ?? 0;
    if (left === 0) {
      // section headers: 0x90 more follow, 0x91 the last
      if (indicator !== 0x90 && indicator !== 0x91) break;
      platform = PLATFORMS[bytes[at + 1] ?? 0] ?? 'other';
      left = viewOf(bytes).getUint16(at + 2, true);
    } else if (indicator !== 0x44) {
      // 0x44 is an extension of the entry before it
      entries.push(await decodeEntry(source, bytes.subarray(at, at + ENTRY_BYTES), platform));
      left--;
    }
  }
  return entries;
}

function checkValidation(bytes: Uint8Array, offset: number): void {
  const view = viewOf(bytes);
  let sum = 0;
  for (let at = 0; at < ENTRY_BYTES; at += 2) sum += view.getUint16(at, true);
  if (bytes[0] !== 1 || bytes[30] !== 0x55 || bytes[31] !== 0xaa || (sum & 0xffff) !== 0) {
    throw isoError(offset, 'the boot catalogue has a wrong validation entry');
  }
}

async function decodeEntry(
  source: ByteSource,
  bytes: Uint8Array,
  platform: BootEntry['platform'],
): Promise<BootEntry> {
  const view = viewOf(bytes);
  const offset = view.getUint32(8, true) * SECTOR_BYTES;
  const declared = view.getUint16(6, true) * 512;
  const sizeBytes = platform === 'efi' ? Math.max(declared, await fatSizeBytes(source, offset)) : declared;
  return { platform, isBootable: bytes[0] === 0x88, offset, sizeBytes };
}

/** Size of the FAT file system at an offset, from its BIOS parameter block; 0 when there is none. */
async function fatSizeBytes(source: ByteSource, offset: number): Promise<number> {
  if (offset + 512 > source.sizeBytes) return 0;
  const sector = await source.read(offset, 512);
  if (sector[510] !== 0x55 || sector[511] !== 0xaa) return 0;
  const view = viewOf(sector);
  const sectors = view.getUint16(19, true) || view.getUint32(32, true);
  return sectors * view.getUint16(11, true);
}
