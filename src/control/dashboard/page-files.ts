import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../platform/package-root.ts';

export interface PageFile {
  readonly contentType: string;
  readonly bytes: Buffer;
}

const FILES = {
  '/ui/': ['index.html', 'text/html; charset=utf-8'],
  '/ui/main.js': ['main.js', 'text/javascript; charset=utf-8'],
  '/ui/style.css': ['style.css', 'text/css; charset=utf-8'],
  '/ui/icon.svg': ['icon.svg', 'image/svg+xml'],
} as const;

/** What `src/web/` was built to, by the path that it is asked for. */
export async function readPages(): Promise<ReadonlyMap<string, PageFile>> {
  const read = async ([path, [name, contentType]]: [string, readonly [string, string]]): Promise<
    [string, PageFile]
  > => [path, { contentType, bytes: await readFile(join(packageRoot, 'dist', 'ui', name)) }];
  return new Map(await Promise.all(Object.entries(FILES).map(read)));
}
