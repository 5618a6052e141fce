import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Enough for every loader and configuration file; a folder with more is not listed to its end. */
const MAX_LISTED = 2000;
const MAX_DEPTH = 6;
const LISTING_VALID_MS = 5000;
const MAX_SUGGESTIONS = 3;

/** Tells which files exist whose names come near one that does not: "did you mean". */
export class NearNames {
  readonly #root: string;
  #listing: Promise<readonly string[]> | undefined;
  #listedAtMs = 0;

  constructor(root: string) {
    this.#root = root;
  }

  /** At most three paths below the root, best first: same base name elsewhere, other case, few letters apart. */
  async find(path: string): Promise<readonly string[]> {
    const now = Date.now();
    if (this.#listing === undefined || now - this.#listedAtMs > LISTING_VALID_MS) {
      this.#listedAtMs = now;
      this.#listing = listFiles(this.#root);
    }
    return nearest(path, await this.#listing);
  }
}

/** The candidates that come near `wanted`, best first. */
export function nearest(wanted: string, candidates: readonly string[]): readonly string[] {
  const lower = wanted.toLowerCase();
  const base = baseName(lower);
  const scored: { path: string; score: number }[] = [];
  for (const path of candidates) {
    const score = distanceTo(lower, base, path.toLowerCase());
    if (score !== undefined) scored.push({ path, score });
  }
  return scored
    .sort((a, b) => a.score - b.score || (a.path < b.path ? -1 : 1))
    .slice(0, MAX_SUGGESTIONS)
    .map((entry) => entry.path);
}

function distanceTo(wanted: string, wantedBase: string, candidate: string): number | undefined {
  if (candidate === wanted) return 0;
  const base = baseName(candidate);
  if (base === wantedBase) return 1;
  const allowed = wantedBase.length <= 4 ? 1 : wantedBase.length <= 8 ? 2 : 3;
  const edits = editDistance(wantedBase, base, allowed);
  return edits === undefined ? undefined : 1 + edits;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Levenshtein distance, or undefined when it is more than `most`. */
function editDistance(a: string, b: string, most: number): number | undefined {
  if (Math.abs(a.length - b.length) > most || a.length > 255) return undefined;
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(substitution, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  const distance = previous[b.length] ?? 0;
  return distance <= most ? distance : undefined;
}

async function listFiles(root: string): Promise<readonly string[]> {
  const found: string[] = [];
  const folders: { path: string; depth: number }[] = [{ path: '', depth: 0 }];
  for (let folder = folders.shift(); folder !== undefined; folder = folders.shift()) {
    const { path, depth } = folder;
    // a folder that cannot be read has nothing to suggest
    const entries = await readdir(join(root, path), { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      if (found.length >= MAX_LISTED) return found;
      const child = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.isFile()) found.push(child);
      else if (entry.isDirectory() && depth < MAX_DEPTH) folders.push({ path: child, depth: depth + 1 });
    }
  }
  return found;
}
