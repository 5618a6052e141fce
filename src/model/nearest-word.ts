/** Number of edits (insert, delete, replace, swap neighbours) between two words. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** The candidate that the word was most likely meant to be, or undefined when none is near. Case does not count. */
export function nearestWord(word: string, candidates: readonly string[]): string | undefined {
  const wanted = word.toLowerCase().slice(0, 100);
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of candidates) {
    const known = candidate.toLowerCase();
    const isPart = wanted.length >= 3 && (known.startsWith(wanted) || wanted.startsWith(known));
    const edits = editDistance(wanted, known);
    const distance = isPart ? Math.min(1, edits) : edits;
    if (
      distance <= Math.max(1, Math.floor(known.length / 3)) &&
      (best === undefined || distance < best.distance)
    ) {
      best = { candidate, distance };
    }
  }
  return best?.candidate;
}

/** One letter more, less, other or changed with its neighbour; kernel1 beside kernel2 is none. */
export function isSlip(one: string, other: string): boolean {
  const isNumbered = one.replace(/\d/g, '') === other.replace(/\d/g, '');
  return !isNumbered && Math.min(one.length, other.length) >= 4 && editDistance(one, other) === 1;
}
