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
import { writeHashed } from '../../dist/images/hashed-copy.js';
import { openFileSource } from '../../dist/images/sources/file-source.js';
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
  for (const name of ['vmlinuz', 'initrd'])
    await writeHashed(tree.stream(`casper/${name}`), join(folder, name));
  await tree.close();
}
const ms = performance.now() - startedMs;
process.stdout.write(JSON.stringify({ ms, maxRssMiB: process.resourceUsage().maxRSS / 1024 }));
