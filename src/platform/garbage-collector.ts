import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Collects all garbage, or the young alone. */
export type CollectGarbage = (options?: { readonly type: 'minor' }) => void;

/** V8's own collector, of a program that was not started with --expose-gc. */
export function reachCollector(): CollectGarbage {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as CollectGarbage;
  setFlagsFromString('--no-expose-gc');
  return gc;
}
