import { createHash } from 'node:crypto';
import { forgetOldest } from '../../protocol/forget-oldest.ts';

/** EDK2 sends a DISCOVER four times, iPXE ten: more of the same within the window is a loop */
const MAX_REPEATS = 32;
const WINDOW_MS = 10_000;
/** of a loop one packet is answered in this time: what it repeats may be a client's that waits */
const TRICKLE_MS = 500;
/** bounds the memory: the oldest entry goes first */
const MAX_ENTRIES = 8192;

interface Seen {
  readonly firstAtMs: number;
  count: number;
  passedAtMs: number;
}

/**
 * Tells packets that go round in a circle (bridge loops, two relays) from firmware that tries again: they are the same in every
 * byte. What merely claims to be of a client's transaction keeps that client from nothing.
 */
export class FloodGuard {
  private readonly seen = new Map<string, Seen>();

  /** Counts the packet of this sender; true when the same one came too often within the window, and just now. */
  isLooping(bytes: Uint8Array, sender: string, nowMs: number): boolean {
    const key = createHash('sha1').update(sender).update(bytes).digest('base64');
    const entry = this.seen.get(key);
    if (entry === undefined || nowMs - entry.firstAtMs >= WINDOW_MS || nowMs < entry.firstAtMs) {
      this.seen.delete(key);
      this.seen.set(key, { firstAtMs: nowMs, count: 1, passedAtMs: nowMs });
      forgetOldest(this.seen, MAX_ENTRIES);
      return false;
    }
    entry.count += 1;
    if (entry.count > MAX_REPEATS && nowMs - entry.passedAtMs < TRICKLE_MS) return true;
    entry.passedAtMs = nowMs;
    return false;
  }
}
