import type { NewBootEvent } from './boot-event.ts';
import { stageOfPath } from './served-path.ts';

/** RFC 1350: what is sent where nothing else was agreed on. */
const DEFAULT_BLOCK_BYTES = 512;
/** More than anybody gets right without seeing the packets: each goes to a port that he would have to guess. */
const MIN_ACKNOWLEDGEMENTS = 16;

/** A page of anywhere has the computer of whoever looks at it ask for what it likes; no firmware, loader or installer has this name. */
export const isBrowser = (userAgent: string): boolean => userAgent.startsWith('Mozilla/');

/**
 * Whether an event shows that whoever has its address has read what a boot is made of. HTTP shows it, since its handshake comes
 * back; a packet of TFTP has any source that one writes on it, so there a transfer counts by the acknowledgements that it took: one
 * for each window of blocks (RFC 7440).
 */
export function showsBootRead({ type, detail }: Pick<NewBootEvent, 'type' | 'detail'>): boolean {
  if (stageOfPath(String(detail?.['path'] ?? '')) === undefined) return false;
  if (type === 'http.get' || type === 'http.done') return !isBrowser(String(detail?.['userAgent'] ?? ''));
  if (type !== 'tftp.done') return false;
  const bytes = Number(detail?.['sizeBytes'] ?? 0);
  const windowBytes =
    Number(detail?.['blksize'] ?? DEFAULT_BLOCK_BYTES) * Number(detail?.['windowsize'] ?? 1);
  return bytes / windowBytes >= MIN_ACKNOWLEDGEMENTS;
}
