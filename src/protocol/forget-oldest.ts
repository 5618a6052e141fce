/**
 * Drops the entries that were put in first, where there are more than `most`: tables that strangers fill are bounded. An
 * eighth goes at once: a Map walks over all that was deleted since its last growth to find its first entry.
 */
export function forgetOldest<K>(map: Map<K, unknown>, most: number): void {
  if (map.size <= most) return;
  const kept = most - Math.floor(most / 8);
  for (const key of map.keys()) {
    if (map.size <= kept) return;
    map.delete(key);
  }
}
