import type { ByteSource } from '../../protocol/iso9660/byte-source.ts';

/** A byte source that can also hand out a long range piece by piece. */
export interface StreamingSource extends ByteSource {
  /** where it is, for messages */
  readonly origin: string;
  stream(offset: number, length: number): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}
