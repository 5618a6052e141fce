/**
 * Read-only files under relative paths: a folder, an unpacked tarball or an ISO, local or far away.
 * Paths use `/`, have no leading slash, and name regular files after links were followed.
 */
export interface FileTree {
  /** where it is, for messages and manifests */
  readonly origin: string;
  /** size of the ISO it is read from; undefined for folders and tarballs */
  readonly sizeBytes?: number;
  /** when the ISO that it is read from last changed, where that is known */
  readonly changedAtMs?: number;
  /** volume name of the ISO it is read from */
  readonly volumeId?: string;
  /** size in bytes, or undefined when there is no such regular file */
  sizeOf(path: string): Promise<number | undefined>;
  /** all bytes of the ISO that it is read from; undefined for folders and tarballs */
  readonly streamWhole?: () => AsyncIterable<Uint8Array>;
  /** makes a copy of that ISO that takes no room; false where the file system cannot */
  readonly cloneWhole?: (target: string) => Promise<boolean>;
  /** names in a folder, folders with a trailing slash; empty when there is no such folder */
  list(path: string): Promise<string[]>;
  /** bytes of a file, from start to end */
  stream(path: string): AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/** The first `limitBytes` of a file as text, or undefined when it is not there. */
export async function readTextOf(
  tree: FileTree,
  path: string,
  limitBytes = 64 * 1024,
): Promise<string | undefined> {
  if ((await tree.sizeOf(path)) === undefined) return undefined;
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of tree.stream(path)) {
    parts.push(chunk);
    length += chunk.length;
    if (length >= limitBytes) break;
  }
  return Buffer.concat(parts).subarray(0, limitBytes).toString('utf8');
}

/** The first of these paths that is a file. */
export async function firstThere(tree: FileTree, paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if ((await tree.sizeOf(path)) !== undefined) return path;
  return undefined;
}
