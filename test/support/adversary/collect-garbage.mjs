// Loaded into the built program (NODE_OPTIONS=--expose-gc --import=…): on SIGUSR2 it collects garbage, gives what malloc keeps for later
// back to the kernel, and writes its memory to a file.
import { renameSync, writeFileSync } from 'node:fs';
import process from 'node:process';

const path = process.env.PXECTL_TEST_MEMORY;
process.on('SIGUSR2', async () => {
  const { default: koffi } = await import('koffi');
  const mallocTrim = koffi.load('libc.so.6').func('int malloc_trim(size_t)');
  for (let round = 0; round < 3; round += 1) globalThis.gc();
  mallocTrim(0);
  const { rss, heapUsed, external } = process.memoryUsage();
  writeFileSync(`${path}.new`, JSON.stringify({ rssBytes: rss, heldBytes: heapUsed + external }));
  renameSync(`${path}.new`, path);
});
