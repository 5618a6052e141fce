import { reachCollector, type CollectGarbage } from '../../platform/garbage-collector.ts';

const COLLECTED_EACH_BYTES = 4 * 1024 * 1024;
let collect: CollectGarbage | undefined;
let arrivedBytes = 0;

/**
 * Told of bytes that came from the network and were passed on, it frees their buffers now and then. A socket takes 64 KiB
 * of memory for each read, which V8 does not count when it decides to collect its young objects: they pile up to
 * tens of megabytes. One collection of the young takes well under a millisecond.
 */
export function collectNetworkGarbage(byteCount: number): void {
  arrivedBytes += byteCount;
  if (arrivedBytes < COLLECTED_EACH_BYTES) return;
  arrivedBytes = 0;
  collect ??= reachCollector();
  collect({ type: 'minor' });
}
