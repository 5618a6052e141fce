// One measured piece of image work in a process of its own, so that its memory can be told. Bundled as the program is, run as:
//   download URL SHA256 FOLDER | extract ISO FOLDER
// Prints {"ms":…,"maxRssMiB":…}.
import { mkdirSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { join } from 'node:path';
import { downloadFile } from '../../src/images/download/download-file.ts';
import { openHttpClient } from '../../src/images/download/http-client.ts';
import { partFile } from '../../src/images/download/part-file.ts';
import { openFileSource } from '../../src/images/sources/file-source.ts';
import type { ImageRecipe } from '../../src/images/catalogue/recipe.ts';
import { stateLayout } from '../../src/model/state-layout.ts';
import { storeRecipe } from '../../src/images/store-recipe.ts';
import { openIsoTree } from '../../src/images/trees/iso-tree.ts';

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
    onResume: () => undefined,
    onNotice: (text) => process.stderr.write(`${text}\n`),
  });
  await client.close();
} else {
  const tree = await openIsoTree(await openFileSource(source));
  const recipe: ImageRecipe = {
    id: 'bench',
    title: 'Bench',
    distribution: 'bench',
    release: '1',
    architecture: 'amd64',
    files: [
      { role: 'kernel', from: 'casper/vmlinuz', path: 'vmlinuz' },
      { role: 'initrd', from: 'casper/initrd', path: 'initrd' },
    ],
    boot: { arguments: [], seedArguments: [], seedFormat: 'none', ramMiB: 1 },
    notes: [],
  };
  const incoming = { folder, commit: () => Promise.resolve() };
  const provenance = { origin: source, verification: 'signature', verifiedBy: 'nobody' } as const;
  await storeRecipe(incoming, recipe, tree, provenance, {
    layout: stateLayout(folder),
    progress: () => undefined,
  });
  await tree.close();
}
const ms = performance.now() - startedMs;
process.stdout.write(JSON.stringify({ ms, maxRssMiB: process.resourceUsage().maxRSS / 1024 }));
