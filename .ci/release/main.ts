// `make release`: everything that is published, into release/.
//   --only npm|x64|arm64   that alone      --quick   nothing compressed, for tests      --out DIR   another folder
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { checksums } from './checksums.ts';
import { compress } from './compress.ts';
import { buildExecutable, bundleForExecutable } from './executable.ts';
import { packNpm } from './npm-package.ts';
import { buildPackages } from './packages.ts';
import { ARCHITECTURES } from './pinned-packages.ts';
import { cacheFolder, readSource, root, version } from './project.ts';
import { provenance } from './provenance.ts';
import { softwareBill } from './sbom.ts';
import { PUBLIC_KEY, signWith } from './sign.ts';
import { stagePackage } from './stage.ts';

const options = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    quick: { type: 'boolean', default: false },
    out: { type: 'string', default: join(root, 'release') },
  },
}).values;
const out = resolve(options.out);
const keyFile = process.env['PXECTL_RELEASE_KEY'] || undefined;
const source = readSource();
if (keyFile !== undefined && source.isChanged) {
  throw new Error('the working tree has changes that no commit has: a release is signed for a commit');
}
const isWhole = options.only.length === 0;
const isWanted = (name: string): boolean => isWhole || options.only.includes(name);
const json = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`;
const say = (line: string): boolean => process.stderr.write(`release: ${line}\n`);

if (isWhole) rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
mkdirSync(join(cacheFolder, 'packages'), { recursive: true });

const stage = join(cacheFolder, `stage-${process.pid}`);
const bundle = join(stage, 'executable.cjs');
try {
  const bundled = await stagePackage(stage, source);
  if (isWanted('npm')) say(packNpm(stage, out));
  await bundleForExecutable(bundle);
  for (const architecture of ARCHITECTURES.filter(isWanted)) {
    const executable = join(out, `pxectl-linux-${architecture}`);
    await buildExecutable(architecture, { stage, bundle, out: executable });
    say(executable);
    if (isWhole && !options.quick) compress(executable, architecture);
  }
  if (isWhole && !options.quick) {
    const date = new Date(source.epoch * 1000);
    await buildPackages({ folder: out, licences: join(stage, 'dist', 'LICENSES.txt'), date, say });
  }
  if (isWhole) publish(bundled);
} finally {
  rmSync(stage, { recursive: true, force: true });
}

/** What tells others what they have got. */
function publish(bundled: readonly string[]): void {
  writeFileSync(join(out, `pxectl-${version}.cdx.json`), json(softwareBill(bundled, source)));
  writeFileSync(join(out, 'PROVENANCE.json'), json(provenance(source)));
  const sums = Buffer.from(checksums(out));
  writeFileSync(join(out, 'SHA256SUMS'), sums);
  if (keyFile === undefined) {
    say('UNSIGNED: PXECTL_RELEASE_KEY names no key (docs/release.md)');
    return;
  }
  const signature = signWith(keyFile, readFileSync(join(root, PUBLIC_KEY), 'utf8'), sums);
  writeFileSync(join(out, 'SHA256SUMS.sig'), signature);
  say(`signed: ${join(out, 'SHA256SUMS.sig')}`);
}
