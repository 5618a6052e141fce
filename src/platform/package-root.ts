import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds package.json, templates/ and bin/: two above this module, and above the chunk of dist/ it is in. */
export const packageRoot: string = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** The version in package.json. */
export function packageVersion(): string {
  const parsed = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string };
  return parsed.version;
}

/** The text of one template of templates/, for example `dnsmasq.conf.hbs`. */
export function readTemplate(name: string): string {
  return readFileSync(join(packageRoot, 'templates', name), 'utf8');
}
