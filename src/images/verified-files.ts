import { join } from 'node:path';
import { z } from 'zod';
import { PxectlError } from '../model/errors.ts';
import { readTextIfThere, writeFileAtomic } from '../platform/files.ts';
import { checkFile, markOf, type CheckedFile, type ExpectedFile, type FileMark } from './file-check.ts';

/** A file below the folder of an image, or of the loaders. */
export interface NamedFile extends ExpectedFile {
  readonly path: string;
}

export interface FileCheck<F extends NamedFile = NamedFile> extends CheckedFile {
  readonly file: F;
}

export interface FolderCheckOptions {
  /** reads every byte, whatever was known of the files */
  readonly isThorough?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** this file is about to be read whole */
  readonly onHash?: (file: NamedFile) => void;
}

const schema = z.object({
  schema: z.literal('pxectl.verified/1'),
  /** by path: what the file was when its bytes had this hash */
  files: z.record(z.string(), z.object({ sha256: z.string(), inode: z.string(), modifiedNs: z.string() })),
});
type Verified = z.infer<typeof schema>['files'];

const recordPath = (folder: string): string => join(folder, 'verified.json');

/**
 * Compares the files of a folder with their manifest. One that is what it was when it was verified costs a stat; any other is
 * hashed, and what proved right is remembered beside the manifest.
 * @throws PxectlError E_PERMISSION; the reason of `signal`
 */
export async function checkFiles<F extends NamedFile>(
  folder: string,
  files: readonly F[],
  options: FolderCheckOptions = {},
): Promise<FileCheck<F>[]> {
  const { isThorough = false, signal, onHash } = options;
  const verified = await readRecord(folder);
  const checks: FileCheck<F>[] = [];
  for (const file of files) {
    signal?.throwIfAborted();
    const known = isThorough ? undefined : knownMark(verified, file);
    const onFileHash = (): void => onHash?.(file);
    checks.push({
      file,
      ...(await checkFile(join(folder, file.path), file, { known, signal, onHash: onFileHash })),
    });
  }
  await writeRecord(folder, verified, checks);
  return checks;
}

/** Remembers files whose bytes were hashed as they were written there. */
export async function noteVerified(folder: string, files: readonly NamedFile[]): Promise<void> {
  const checks: FileCheck[] = [];
  for (const file of files) {
    const mark = await markOf(join(folder, file.path));
    if (mark !== undefined) checks.push({ file, outcome: 'ok', mark });
  }
  await writeRecord(folder, await readRecord(folder), checks);
}

function knownMark(verified: Verified, { path, sha256 }: NamedFile): FileMark | undefined {
  const known = Object.hasOwn(verified, path) ? verified[path] : undefined;
  return known?.sha256 === sha256 ? known : undefined;
}

/** A record that is missing or not understood vouches for nothing: everything is hashed once. */
async function readRecord(folder: string): Promise<Verified> {
  const text = await readTextIfThere(recordPath(folder));
  try {
    return schema.parse(JSON.parse(text ?? '')).files;
  } catch {
    return {};
  }
}

async function writeRecord(folder: string, before: Verified, checks: readonly FileCheck[]): Promise<void> {
  const after = new Map(Object.entries(before));
  for (const { file, mark } of checks) {
    if (mark === undefined) after.delete(file.path);
    else after.set(file.path, { sha256: file.sha256, ...mark });
  }
  const text = recordText(after);
  if (text === recordText(new Map(Object.entries(before)))) return;
  await writeFileAtomic(recordPath(folder), text).catch((error: unknown) => {
    // a store of somebody else, or a full disk: what could not be remembered is hashed again next time
    if (!(error instanceof PxectlError)) throw error;
  });
}

function recordText(marks: ReadonlyMap<string, Verified[string]>): string {
  const files = Object.fromEntries([...marks].sort(([one], [other]) => (one < other ? -1 : 1)));
  return `${JSON.stringify({ schema: 'pxectl.verified/1', files }, null, 1)}\n`;
}
