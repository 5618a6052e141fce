// `make release`: everything that is published, into release/. `--only x64` stops at that executable.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ARCHITECTURES, buildExecutable, bundleForExecutable } from './executable.ts';
import { cacheFolder, readSource, root } from './project.ts';
import { stagePackage } from './stage.ts';

const { only } = parseArgs({ options: { only: { type: 'string' } } }).values;
const release = join(root, 'release');
const stage = join(cacheFolder, 'stage');
mkdirSync(release, { recursive: true });
mkdirSync(join(cacheFolder, 'packages'), { recursive: true });

stagePackage(stage, readSource());
const bundle = join(cacheFolder, 'executable.cjs');
await bundleForExecutable(bundle);
for (const architecture of ARCHITECTURES.filter((name) => only === undefined || name === only)) {
  await buildExecutable(architecture, { stage, bundle, out: join(release, `pxectl-linux-${architecture}`) });
}
