import type { ByteSource } from './byte-source.ts';
import { isoError, readChecked, SECTOR_BYTES } from './checked-reader.ts';
import { decodeDirectory, decodeDirectoryRecord, type DirectoryRecord } from './directory-record.ts';
import { readBootCatalogue, type BootEntry } from './el-torito.ts';
import {
  DIRECTORY_CONTINUATION_BYTES,
  readRockRidge,
  suspSkipBytes,
  type ContinuationBudget,
  type RockRidgeFacts,
} from './rock-ridge.ts';
import { latin1, readVolumeDescriptors, utf16, type TreeDescriptor } from './volume-descriptors.ts';

/** Bytes of a file on the image: one piece, or several for a file over 4 GiB. */
export interface IsoExtent {
  readonly offset: number;
  readonly sizeBytes: number;
}

export interface IsoEntry {
  readonly name: string;
  readonly kind: 'file' | 'directory' | 'link' | 'special';
  readonly sizeBytes: number;
  readonly extents: readonly IsoExtent[];
  readonly linkTarget?: string;
  /** the extents hold compressed bytes (zisofs), and the size is that of these */
  readonly isCompressed?: true;
}

/** Which set of names is read: the richest that the image has. */
export type IsoNaming = 'rock-ridge' | 'joliet' | 'plain';

export interface IsoImage {
  readonly volumeId: string;
  readonly naming: IsoNaming;
  /** bytes the volume says it has; more than the source has when the image was cut */
  readonly volumeSizeBytes: number;
  /** entries of a folder in the order of the disc; undefined when there is no such folder */
  list(path: string): Promise<IsoEntry[] | undefined>;
  /** the entry at a path, links followed; undefined when there is none */
  find(path: string): Promise<IsoEntry | undefined>;
  /** El Torito entries; none when the image does not boot */
  bootEntries(): Promise<BootEntry[]>;
}

/** The largest directories of distribution images are under 1 MiB. */
const MAX_DIRECTORY_BYTES = 8 * 1024 * 1024;
const MAX_DEPTH = 128;
/** As many links as Linux follows before ELOOP. */
const MAX_LINKS = 40;
/** Entries of the directories that are kept in memory, together. */
const MAX_CACHED_ENTRIES = 100_000;

/**
 * Opens an ISO 9660 image: Rock Ridge names where there are any, else Joliet, else the plain names in lower case.
 * Reads only the sectors it needs, so the source may be far away.
 * @throws ProtocolError when it is no ISO image or is cut short; also later, from every method
 */
export async function openIso(source: ByteSource): Promise<IsoImage> {
  const descriptors = await readVolumeDescriptors(source);
  const { primary } = descriptors;
  const rootBytes = await readChecked(
    source,
    primary.root.block * primary.blockSizeBytes,
    SECTOR_BYTES,
    'the root directory',
  );
  const rootSelf = decodeDirectoryRecord(rootBytes, primary.root.block * primary.blockSizeBytes);
  const skipBytes = suspSkipBytes(rootSelf.systemUse);
  const naming: IsoNaming = skipBytes !== undefined ? 'rock-ridge' : descriptors.joliet ? 'joliet' : 'plain';
  const tree = naming === 'joliet' && descriptors.joliet ? descriptors.joliet : primary;
  const walker = new TreeWalker(source, tree, naming, skipBytes ?? 0);
  return {
    volumeId: primary.volumeId,
    naming,
    volumeSizeBytes: primary.volumeSizeBytes,
    list: async (path) => {
      const entry = await walker.find(path);
      return entry?.kind === 'directory' ? walker.entriesOf(entry) : undefined;
    },
    find: (path) => walker.find(path),
    bootEntries: () => readBootCatalogue(source, descriptors.bootCatalogueSector),
  };
}

class TreeWalker {
  readonly #cache = new Map<number, IsoEntry[]>();
  #cachedEntries = 0;
  readonly #root: IsoEntry;

  constructor(
    private readonly source: ByteSource,
    private readonly tree: TreeDescriptor,
    private readonly naming: IsoNaming,
    private readonly skipBytes: number,
  ) {
    this.#root = this.#entry('', 'directory', [this.#extentOf(tree.root)]);
  }

  async find(path: string): Promise<IsoEntry | undefined> {
    const todo = path.split('/').reverse();
    const stack = [this.#root];
    let links = 0;
    for (let part = todo.pop(); part !== undefined; part = todo.pop()) {
      if (part === '' || part === '.') continue;
      if (part === '..') {
        if (stack.length > 1) stack.pop();
        continue;
      }
      const folder = stack.at(-1);
      if (folder?.kind !== 'directory' || stack.length > MAX_DEPTH) return undefined;
      const entry = (await this.entriesOf(folder)).find((candidate) => candidate.name === part);
      if (entry === undefined) return undefined;
      if (entry.kind === 'link' && entry.linkTarget !== undefined) {
        if (++links > MAX_LINKS) return undefined;
        if (entry.linkTarget.startsWith('/')) stack.length = 1;
        todo.push(...entry.linkTarget.split('/').reverse());
      } else stack.push(entry);
    }
    return stack.at(-1);
  }

  async entriesOf(folder: IsoEntry): Promise<IsoEntry[]> {
    const extent = folder.extents[0] ?? { offset: 0, sizeBytes: 0 };
    const cached = this.#cache.get(extent.offset);
    if (cached !== undefined) return cached;
    if (extent.sizeBytes > MAX_DIRECTORY_BYTES) {
      throw isoError(extent.offset, `a directory of ${extent.sizeBytes} bytes`);
    }
    const bytes = await readChecked(this.source, extent.offset, extent.sizeBytes, 'a directory');
    const records = decodeDirectory(bytes, extent.offset, SECTOR_BYTES);
    const entries: IsoEntry[] = [];
    const budget = { leftBytes: DIRECTORY_CONTINUATION_BYTES };
    for (let index = 0; index < records.length; index++) {
      const pieces = [records[index] as DirectoryRecord];
      while (pieces.at(-1)?.isContinued === true && index + 1 < records.length) {
        pieces.push(records[++index] as DirectoryRecord);
      }
      const entry = await this.#decodeEntry(pieces, budget);
      if (entry !== undefined) entries.push(entry);
    }
    if (this.#cachedEntries + entries.length > MAX_CACHED_ENTRIES) {
      this.#cache.clear();
      this.#cachedEntries = 0;
    }
    this.#cache.set(extent.offset, entries);
    this.#cachedEntries += entries.length;
    return entries;
  }

  async #decodeEntry(
    pieces: readonly DirectoryRecord[],
    budget: ContinuationBudget,
  ): Promise<IsoEntry | undefined> {
    const [first] = pieces;
    if (first === undefined || first.isAssociated) return undefined;
    // one byte, 0 or 1: the folder itself and its parent
    if (first.name.length === 1 && (first.name[0] ?? 0) <= 1) return undefined;
    const facts = this.naming === 'rock-ridge' ? await this.#rockRidge(first, budget) : undefined;
    if (facts?.isRelocated === true) return undefined;
    const name = facts?.name ?? this.#decodeName(first);
    if (facts?.childBlock !== undefined) return this.#movedDirectory(name, facts.childBlock);
    const extents = pieces.map((piece) => this.#extentOf(piece));
    if (first.isDirectory) return this.#entry(name, 'directory', extents);
    if (facts?.linkTarget !== undefined) {
      return { ...this.#entry(name, 'link', []), linkTarget: facts.linkTarget };
    }
    const format = (facts?.mode ?? 0o100000) & 0o170000;
    const entry = this.#entry(name, format === 0o100000 ? 'file' : 'special', extents);
    return facts?.isCompressed === true ? { ...entry, isCompressed: true } : entry;
  }

  #rockRidge(record: DirectoryRecord, budget: ContinuationBudget): Promise<RockRidgeFacts> {
    const fields = record.systemUse.subarray(this.skipBytes);
    return readRockRidge(this.source, fields, this.tree.blockSizeBytes, budget);
  }

  /** RRIP §4.1.5.1: the size of a directory that was moved up stands in its own first record. */
  async #movedDirectory(name: string, block: number): Promise<IsoEntry> {
    const offset = block * this.tree.blockSizeBytes;
    const self = decodeDirectoryRecord(
      await readChecked(this.source, offset, SECTOR_BYTES, 'a moved directory'),
      offset,
    );
    return this.#entry(name, 'directory', [{ offset, sizeBytes: self.sizeBytes }]);
  }

  #decodeName(record: DirectoryRecord): string {
    if (this.naming === 'joliet') return utf16(record.name).replace(/;\d+$/, '');
    // plain names are upper case, with a version and a dot even where there is no extension
    return latin1(record.name, 0, record.name.length).replace(/;\d+$/, '').replace(/\.$/, '').toLowerCase();
  }

  #extentOf(record: DirectoryRecord): IsoExtent {
    return { offset: record.block * this.tree.blockSizeBytes, sizeBytes: record.sizeBytes };
  }

  #entry(name: string, kind: IsoEntry['kind'], extents: readonly IsoExtent[]): IsoEntry {
    const sizeBytes = extents.reduce((sum, extent) => sum + extent.sizeBytes, 0);
    // ECMA-119 §6.5: the sections of a file are its own; a file larger than its image names one of them many times
    if (sizeBytes > this.source.sizeBytes) {
      throw isoError(
        extents[0]?.offset ?? 0,
        `a file of ${sizeBytes} bytes in an image of ${this.source.sizeBytes}`,
      );
    }
    return { name, kind, sizeBytes, extents };
  }
}
