// Writes the documents as a site of static files, with a search that needs no server: npx tsx .ci/site.ts OUTDIR
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { siteFiles } from './site/site-files.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('usage: npx tsx .ci/site.ts OUTDIR\n');
  process.exit(2);
}
for (const [name, content] of siteFiles()) {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}
