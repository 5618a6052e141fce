import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPackagedFile } from './packaged-files.ts';

/** Places that may be written to, the likeliest first; any of them may be mounted noexec. */
const places = (): readonly string[] =>
  [tmpdir(), process.env['XDG_RUNTIME_DIR'], process.env['RUNTIME_DIRECTORY'], '/run', '/var/tmp'].filter(
    (place) => place !== undefined && place !== '',
  ) as string[];

/**
 * Loads an addon from inside the single executable. The system loads programs from files alone: it is one for that moment, in
 * a new folder that nobody else may enter.
 * @throws when no place lets programs be loaded
 */
export function loadPackagedAddon(path: string): unknown {
  const bytes = readPackagedFile(path);
  let failure: unknown;
  for (const place of places()) {
    let folder: string | undefined;
    try {
      folder = mkdtempSync(join(place, 'pxectl-'));
      const file = join(folder, 'addon.node');
      writeFileSync(file, bytes, { mode: 0o600, flag: 'wx' });
      const loaded = { exports: {} };
      process.dlopen(loaded, file);
      return loaded.exports;
    } catch (error) {
      failure = error;
    } finally {
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    }
  }
  throw failure;
}
