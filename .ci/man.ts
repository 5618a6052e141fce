// Writes the man pages, made of the command line and the schema of the configuration: npx tsx .ci/man.ts OUTDIR
// The date at their foot is that of $SOURCE_DATE_EPOCH, so that the same source makes the same bytes; else today's.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { manPages } from './manual/pages.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('usage: npx tsx .ci/man.ts OUTDIR\n');
  process.exit(2);
}
const epoch = process.env['SOURCE_DATE_EPOCH'];
const date = (epoch === undefined ? new Date() : new Date(Number(epoch) * 1000)).toISOString().slice(0, 10);
mkdirSync(folder, { recursive: true });
for (const { file, text } of manPages(date)) writeFileSync(join(folder, file), text);
