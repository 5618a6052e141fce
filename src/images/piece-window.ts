import { giveBack } from './piece-pool.ts';

/** A stretch of a file in memory: pieces added at its end and let go at its beginning. Offsets are those of the file. */
export interface PieceWindow {
  /** where the next piece begins */
  readonly endBytes: number;
  add(bytes: Uint8Array): void;
  /** the bytes from one offset to another, as far as they are here */
  between(from: number, to: number): Uint8Array[];
  /** lets go of the pieces that end at or before an offset */
  release(upTo: number): void;
}

export function openPieceWindow(startBytes: number): PieceWindow {
  const pieces: { readonly bytes: Uint8Array; readonly offset: number }[] = [];
  let endBytes = startBytes;
  return {
    get endBytes() {
      return endBytes;
    },
    add(bytes) {
      if (bytes.length === 0) return;
      pieces.push({ bytes, offset: endBytes });
      endBytes += bytes.length;
    },
    between: (from, to) =>
      pieces
        .filter(({ bytes, offset }) => offset < to && offset + bytes.length > from)
        .map(({ bytes, offset }) => bytes.subarray(Math.max(0, from - offset), Math.max(0, to - offset))),
    release(upTo) {
      const kept = pieces.findIndex(({ bytes, offset }) => offset + bytes.length > upTo);
      for (const { bytes } of pieces.splice(0, kept === -1 ? pieces.length : kept)) giveBack(bytes);
    },
  };
}
