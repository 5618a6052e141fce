import { chmodSync, copyFileSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PackagedFile } from './package-files.ts';

/** Lays files out below a folder as they are to be on a system; what follows a umask elsewhere does not here. */
export function stageFiles(files: readonly PackagedFile[], root: string, date: Date): void {
  const makeFolder = (path: string): void => {
    if (path !== '/') makeFolder(dirname(path));
    mkdirSync(join(root, path), { recursive: true });
    chmodSync(join(root, path), 0o755);
  };
  for (const { path, mode, what } of files) {
    const target = join(root, path);
    makeFolder(what.kind === 'folder' ? path : dirname(path));
    if (what.kind === 'link') {
      symlinkSync(what.to, target);
      continue;
    }
    if (what.kind === 'file') writeFileSync(target, what.content);
    if (what.kind === 'copy') copyFileSync(what.source, target);
    chmodSync(target, mode);
    utimesSync(target, date, date);
  }
}
