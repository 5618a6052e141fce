import type { ByteSource } from '../protocol/iso9660/byte-source.ts';

/** What a file is by its first bytes, whatever it is called. */
export type FileKind = 'iso' | 'tar' | 'packed' | 'zip' | '7z' | 'udf' | 'page' | 'empty' | 'unknown';

const MAGIC: readonly { readonly kind: FileKind; readonly offset: number; readonly text: string }[] = [
  // sector 16: ECMA-119 §8.1, ECMA-167 (a disc that is UDF alone)
  { kind: 'iso', offset: 0x8001, text: 'CD001' },
  { kind: 'udf', offset: 0x8001, text: 'BEA01' },
  { kind: 'packed', offset: 0, text: '\x1f\x8b' },
  { kind: 'packed', offset: 0, text: '\xfd7zXZ\0' },
  { kind: 'packed', offset: 0, text: '\x28\xb5\x2f\xfd' },
  { kind: 'tar', offset: 257, text: 'ustar' },
  { kind: 'zip', offset: 0, text: 'PK\x03\x04' },
  { kind: 'zip', offset: 0, text: 'PK\x05\x06' },
  { kind: '7z', offset: 0, text: "7z\xbc\xaf'\x1c" },
];

/** Looks at the file's magic numbers; `packed` is gzip, xz or zstd with anything inside. */
export async function kindOfFile(source: ByteSource): Promise<FileKind> {
  if (source.sizeBytes === 0) return 'empty';
  const read = async (offset: number, length: number): Promise<string> => {
    const there = Math.min(length, source.sizeBytes - offset);
    return there <= 0 ? '' : Buffer.from(await source.read(offset, there)).toString('latin1');
  };
  const head = await read(0, 512);
  const sector = await read(0x8001, 5);
  const found = MAGIC.find(({ offset, text }) =>
    offset === 0x8001 ? sector === text : head.startsWith(text, offset),
  );
  if (found !== undefined) return found.kind;
  return /^\s*<(!doctype html|html)/i.test(head) ? 'page' : 'unknown';
}
