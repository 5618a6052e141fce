import type { ByteSource } from '../../protocol/iso9660/byte-source.ts';

/** A byte source that can also hand out a long range piece by piece. */
export interface StreamingSource extends ByteSource {
  /** where it is, for messages */
  readonly origin: string;
  /** when its bytes last changed, where that is known */
  readonly changedAtMs?: number;
  /** Makes a copy that shares its blocks on the disk, and so takes no room; false where the file system cannot. */
  readonly cloneTo?: (target: string) => Promise<boolean>;
  stream(offset: number, length: number): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}
