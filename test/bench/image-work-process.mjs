// One measured piece of image work in a process of its own, so that its memory can be told. Runs the compiled dist/:
//   image-work-process.mjs download URL SHA256 FOLDER | extract ISO FOLDER
// Prints {"ms":…,"maxRssMiB":…}.
import { mkdirSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { join } from 'node:path';
import { downloadFile } from '../../dist/images/download/download-file.js';
import { openHttpClient } from '../../dist/images/download/http-client.js';
import { partFile } from '../../dist/images/download/part-file.js';
import { openFileSource } from '../../dist/images/sources/file-source.js';
import { storeRecipe } from '../../dist/images/store-recipe.js';
import { openIsoTree } from '../../dist/images/trees/iso-tree.js';

const [task, source = '', ...rest] = process.argv.slice(2);
const folder = rest.at(-1) ?? '';
mkdirSync(folder, { recursive: true });
let startedMs = performance.now();
if (task === 'download') {
  const client = await openHttpClient();
  startedMs = performance.now();
  await downloadFile(client, {
    url: source,
    part: partFile(join(folder, 'image.part')),
    expectedSha256: rest[0],
    onBytes: () => undefined,
    onNotice: (text) => process.stderr.write(`${text}\n`),
  });
  await client.close();
} else {
  const tree = await openIsoTree(await openFileSource(source));
  const files = ['vmlinuz', 'initrd'].map((name) => ({ role: name, from: `casper/${name}`, path: name }));
  await storeRecipe({ folder }, { id: 'bench', files }, tree, {}, { progress: () => undefined });
  await tree.close();
}
const ms = performance.now() - startedMs;
process.stdout.write(JSON.stringify({ ms, maxRssMiB: process.resourceUsage().maxRSS / 1024 }));
