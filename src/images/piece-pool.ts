/** Reads of this size keep the hash and the disk busy without holding much memory. */
export const PIECE_BYTES = 1024 * 1024;

const MAX_FREE_PIECES = 8;
const free: Uint8Array[] = [];
const lent = new WeakSet<ArrayBufferLike>();

/**
 * A buffer of PIECE_BYTES with any content. Whoever has it last may give it back: memory that was touched before is half
 * the price of new memory, which the kernel has to clear.
 */
export function takePiece(): Uint8Array {
  const piece = free.pop() ?? new Uint8Array(Buffer.allocUnsafeSlow(PIECE_BYTES).buffer);
  lent.add(piece.buffer);
  return piece;
}

/** Gives back what `takePiece` gave, or a part of it; any other bytes are left to the garbage collector. */
export function giveBack(piece: Uint8Array): void {
  if (lent.delete(piece.buffer) && free.length < MAX_FREE_PIECES) free.push(new Uint8Array(piece.buffer));
}
