import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** What `sha256sum --check` reads, of every file in the folder. */
export function checksums(folder: string): string {
  const names = readdirSync(folder).filter((name) => !name.startsWith('SHA256SUMS'));
  return names
    .sort()
    .map((name) => `${sha256(readFileSync(join(folder, name)))}  ${name}\n`)
    .join('');
}
