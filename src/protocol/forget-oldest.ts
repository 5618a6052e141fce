/** Drops the entry that was put in first, where there are more than `most`: tables that strangers fill are bounded. */
export function forgetOldest<K>(map: Map<K, unknown>, most: number): void {
  if (map.size <= most) return;
  const oldest = map.keys().next();
  if (oldest.done !== true) map.delete(oldest.value);
}
