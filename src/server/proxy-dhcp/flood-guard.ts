import { forgetOldest } from '../../protocol/forget-oldest.ts';
import type { Received } from './decision.ts';

/** EDK2 sends a DISCOVER four times, iPXE ten: more of the same within the window is a loop */
const MAX_REPEATS = 32;
const WINDOW_MS = 10_000;
/** bounds the memory: the oldest entry goes first */
const MAX_ENTRIES = 8192;

type FloodKey = Pick<Received, 'packet' | 'messageType' | 'facts'>;

/** Tells packets that go round in a circle (bridge loops, two relays) from firmware that tries again. */
export class FloodGuard {
  private readonly seen = new Map<string, { firstAtMs: number; count: number }>();

  /** Counts the packet; true when the same one came too often within the window. */
  isLooping({ packet, messageType, facts: { mac } }: FloodKey, nowMs: number): boolean {
    const key = `${packet.xid}/${messageType}/${mac}`;
    const entry = this.seen.get(key);
    if (entry !== undefined && nowMs - entry.firstAtMs < WINDOW_MS) {
      entry.count += 1;
      return entry.count > MAX_REPEATS;
    }
    this.seen.delete(key);
    this.seen.set(key, { firstAtMs: nowMs, count: 1 });
    forgetOldest(this.seen, MAX_ENTRIES);
    return false;
  }
}
