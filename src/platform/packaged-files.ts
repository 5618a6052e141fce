import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as sea from 'node:sea';
import { fileURLToPath } from 'node:url';

/** In the single executable, the packaged files are inside the program that runs. */
export const isSingleExecutable: boolean = sea.isSea();

/**
 * The folder that holds package.json, templates/ and bin/: two above this module, and above the chunk of dist/ it is in.
 * The single executable has no such folder.
 */
export const packageRoot: string = isSingleExecutable
  ? ''
  : join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** One file of the package, for example `dist/ui/main.js`. */
export function readPackagedFile(path: string): Buffer {
  return isSingleExecutable ? Buffer.from(sea.getAsset(path)) : readFileSync(join(packageRoot, path));
}

/** The names of the files in one folder of the package. */
export function packagedFiles(folder: string): readonly string[] {
  if (!isSingleExecutable) return readdirSync(join(packageRoot, folder));
  // Node has it from 24.8 on, and so has the one in the executable
  const { getAssetKeys } = sea as unknown as { getAssetKeys: () => readonly string[] };
  const inside = getAssetKeys().filter((path) => path.startsWith(`${folder}/`));
  return inside.map((path) => path.slice(folder.length + 1)).filter((name) => !name.includes('/'));
}

/** The version in package.json. */
export function packageVersion(): string {
  const parsed = JSON.parse(readPackagedFile('package.json').toString()) as { version: string };
  return parsed.version;
}

/** The text of one template of templates/, for example `dnsmasq.conf.hbs`. */
export function readTemplate(name: string): string {
  return readPackagedFile(`templates/${name}`).toString();
}

/** What starts this pxectl once more: program and first words. */
export function ownCommand(): readonly [string, ...string[]] {
  return isSingleExecutable ? [process.execPath] : [process.execPath, join(packageRoot, 'bin', 'pxectl.js')];
}
