import { readPackagedFile } from '../../platform/packaged-files.ts';

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
export function readPages(): ReadonlyMap<string, PageFile> {
  return new Map(
    Object.entries(FILES).map(([path, [name, contentType]]) => [
      path,
      { contentType, bytes: readPackagedFile(`dist/ui/${name}`) },
    ]),
  );
}
