import type { ByteSource } from './byte-source.ts';
import { isoError, readChecked, viewOf } from './checked-reader.ts';

/** What Rock Ridge says about one directory entry. IEEE P1282 (RRIP), over SUSP (IEEE P1281). */
export interface RockRidgeFacts {
  /** NM */
  readonly name?: string;
  /** PX: POSIX mode */
  readonly mode?: number;
  /** SL: the link's target */
  readonly linkTarget?: string;
  /** CL: block of the directory that stands in place of this entry, which was moved up for its depth */
  readonly childBlock?: number;
  /** ZF: the bytes on the disc are compressed (zisofs), and the kernel of Linux unpacks them as they are read */
  readonly isCompressed: boolean;
  /** RE: this entry is such a moved directory and does not belong here */
  readonly isRelocated: boolean;
}

interface SuspField {
  readonly signature: string;
  readonly data: Uint8Array;
}

/** Bounds against areas that point at each other; real ones chain once or twice, and hold one name and one link. */
const MAX_CONTINUATIONS = 32;
const MAX_AREA_BYTES = 16 * 1024;
/** Linux takes no longer name (NAME_MAX), and no longer link (PATH_MAX). */
const MAX_NAME_BYTES = 255;
const MAX_LINK_BYTES = 4096;

/**
 * Bytes of continuation areas that the records of one directory may still have read: records can share one area, and
 * many records with a long one each cost more than the directory is worth.
 */
export interface ContinuationBudget {
  leftBytes: number;
}

/** For one directory: those of distribution images hold some thousand records, with at most one area of 2 KiB each. */
export const DIRECTORY_CONTINUATION_BYTES = 32 * 1024 * 1024;

/**
 * Bytes to skip in every system use area, from the SP field of the root's own record (SUSP §5.3).
 * @returns undefined when there is none: the image has no Rock Ridge
 */
export function suspSkipBytes(systemUse: Uint8Array): number | undefined {
  const isSp = systemUse.length >= 7 && systemUse[0] === 0x53 && systemUse[1] === 0x50;
  return isSp && systemUse[4] === 0xbe && systemUse[5] === 0xef ? systemUse[6] : undefined;
}

/** Reads the Rock Ridge fields of one record, following continuation areas (CE). */
export async function readRockRidge(
  source: ByteSource,
  systemUse: Uint8Array,
  blockSizeBytes: number,
  budget: ContinuationBudget,
): Promise<RockRidgeFacts> {
  let mode: number | undefined;
  let childBlock: number | undefined;
  let isRelocated = false;
  let isCompressed = false;
  const link = new LinkTarget();
  const nameParts: Uint8Array[] = [];
  let nameBytes = 0;
  for await (const { signature, data } of fieldsOf(source, systemUse, blockSizeBytes, budget)) {
    if (signature === 'NM' && data.length >= 1 && ((data[0] ?? 0) & 0x06) === 0) {
      nameParts.push(data.subarray(1));
      nameBytes += data.length - 1;
      if (nameBytes > MAX_NAME_BYTES) throw isoError(0, `a name of more than ${MAX_NAME_BYTES} bytes`);
    } else if (signature === 'PX' && data.length >= 4) mode = viewOf(data).getUint32(0, true);
    else if (signature === 'SL' && data.length >= 1) link.add(data.subarray(1));
    else if (signature === 'CL' && data.length >= 4) childBlock = viewOf(data).getUint32(0, true);
    else if (signature === 'ZF') isCompressed = true;
    else if (signature === 'RE') isRelocated = true;
  }
  const linkTarget = link.text();
  return {
    ...(nameParts.length === 0 ? {} : { name: decodeText(nameParts) }),
    ...(mode === undefined ? {} : { mode }),
    ...(linkTarget === undefined ? {} : { linkTarget }),
    ...(childBlock === undefined ? {} : { childBlock }),
    isRelocated,
    isCompressed,
  };
}

async function* fieldsOf(
  source: ByteSource,
  systemUse: Uint8Array,
  blockSizeBytes: number,
  budget: ContinuationBudget,
): AsyncGenerator<SuspField> {
  let area: Uint8Array | undefined = systemUse;
  for (let hops = 0; area !== undefined; hops++) {
    let next: { offset: number; length: number } | undefined;
    for (let at = 0; at + 4 <= area.length;) {
      const length = area[at + 2] ?? 0;
      // padding and foreign bytes end the area
      if (length < 4 || at + length > area.length) break;
      const signature = String.fromCharCode(area[at] ?? 0, area[at + 1] ?? 0);
      const data = area.subarray(at + 4, at + length);
      at += length;
      if (signature === 'ST') break;
      if (signature === 'CE' && data.length >= 24) {
        const view = viewOf(data);
        next = {
          offset: view.getUint32(0, true) * blockSizeBytes + view.getUint32(8, true),
          length: view.getUint32(16, true),
        };
      } else yield { signature, data };
    }
    if (next === undefined) return;
    if (hops >= MAX_CONTINUATIONS) throw isoError(next.offset, 'continuation areas go in a circle');
    if (next.length > MAX_AREA_BYTES)
      throw isoError(next.offset, `a continuation area of ${next.length} bytes`);
    budget.leftBytes -= next.length;
    if (budget.leftBytes < 0) {
      throw isoError(next.offset, 'the continuation areas of one directory hold more than it can need');
    }
    area = await readChecked(source, next.offset, next.length, 'a continuation area');
  }
}

/** RRIP §4.1.3: component records, where both a component and the whole field may be continued. */
class LinkTarget {
  readonly #components: string[] = [];
  #isOpen = false;
  #hasAny = false;
  #isAbsolute = false;
  #sizeBytes = 0;

  add(records: Uint8Array): void {
    this.#hasAny = true;
    this.#sizeBytes += records.length;
    if (this.#sizeBytes > MAX_LINK_BYTES) throw isoError(0, `a link of more than ${MAX_LINK_BYTES} bytes`);
    for (let at = 0; at + 2 <= records.length;) {
      const flags = records[at] ?? 0;
      const end = at + 2 + (records[at + 1] ?? 0);
      const text = decodeText([records.subarray(at + 2, end)]);
      if ((flags & 0x08) !== 0) this.#isAbsolute = true;
      else this.#append((flags & 0x02) !== 0 ? '.' : (flags & 0x04) !== 0 ? '..' : text);
      this.#isOpen = (flags & 0x01) !== 0;
      at = end;
    }
  }

  text(): string | undefined {
    if (!this.#hasAny) return undefined;
    return (this.#isAbsolute ? '/' : '') + this.#components.join('/');
  }

  #append(text: string): void {
    const last = this.#components.length - 1;
    if (this.#isOpen && last >= 0) this.#components[last] = (this.#components[last] ?? '') + text;
    else this.#components.push(text);
  }
}

function decodeText(parts: readonly Uint8Array[]): string {
  const decoder = new TextDecoder();
  return parts.map((part) => decoder.decode(part, { stream: true })).join('') + decoder.decode();
}
