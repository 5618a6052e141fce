import { BufferPool } from '../platform/buffer-pool.ts';

/** Reads of this size keep the hash and the disk busy without holding much memory. */
export const PIECE_BYTES = 1024 * 1024;

/** As many as one copy holds when its hash is behind: all come back to be used again, and none is garbage. */
const pool = new BufferPool(20 * PIECE_BYTES);
const lent = new WeakMap<ArrayBufferLike, Buffer>();

/**
 * A buffer of PIECE_BYTES with any content. Whoever has it last may give it back: memory that was touched before is half
 * the price of new memory, which the kernel has to clear.
 */
export function takePiece(): Uint8Array {
  const piece = pool.take(PIECE_BYTES);
  lent.set(piece.buffer, piece);
  return piece;
}

/** Gives back what `takePiece` gave, or a part of it; any other bytes are left to the garbage collector. */
export function giveBack(part: Uint8Array): void {
  const piece = lent.get(part.buffer);
  if (piece !== undefined && lent.delete(part.buffer)) pool.give(piece);
}
