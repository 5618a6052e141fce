import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { inject } from 'postject';
import { program } from '../bundle.mjs';
import { root } from './project.ts';
import { type Architecture, koffiPackage, nodePackage } from './pinned-packages.ts';
import { fileOfPackage } from './registry-package.ts';
import { trimElf } from './trim-elf.ts';

/** What Node looks for in itself: https://nodejs.org/docs/latest-v24.x/api/single-executable-applications.html */
const BLOB_NAME = 'NODE_SEA_BLOB';
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** Node itself for one processor, as its package has it. */
export function nodeProgram(architecture: Architecture): Promise<string> {
  return fileOfPackage(nodePackage(architecture), 'bin/node');
}

/** The whole program in one file, as Node wants it there: CommonJS, and nothing that it would have to look for on a disk. */
export async function bundleForExecutable(outfile: string): Promise<void> {
  await build({
    ...program,
    stdin: {
      contents: "import { main } from './src/cli/main.ts'; void main(process.argv);",
      resolveDir: root,
      sourcefile: 'executable.ts',
    },
    outfile,
    format: 'cjs',
    target: 'node24',
    minifySyntax: true,
    minifyWhitespace: true,
    // Node's own modules are all that there is to import
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': 'undefined' },
  });
}

/**
 * Puts the program, its files and Node into one executable.
 * @param stage the package's files, as they are published
 * @param bundle from bundleForExecutable
 */
export async function buildExecutable(
  architecture: Architecture,
  { stage, bundle, out }: { readonly stage: string; readonly bundle: string; readonly out: string },
): Promise<void> {
  const work = `${out}.work`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work);
  const config = {
    // relative: the blob keeps this name
    main: 'program.cjs',
    output: 'blob',
    disableExperimentalSEAWarning: true,
    // it would save 50 ms of each start, but is another with each build: V8 seeds its hashes by chance
    useCodeCache: false,
    // what is meant for the user's own Node is not for this one
    execArgvExtension: 'none',
    assets: {
      ...packagedAssets(stage),
      'koffi.node': await fileOfPackage(koffiPackage(architecture), `linux_${architecture}/koffi.node`),
    },
  };
  copyFileSync(bundle, join(work, config.main));
  writeFileSync(join(work, 'config.json'), JSON.stringify(config));
  // the blob is for the Node that makes it, of whichever processor
  const builder = await nodeProgram(process.arch as Architecture);
  execFileSync(builder, ['--experimental-sea-config', 'config.json'], {
    cwd: work,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const executable = join(work, 'pxectl');
  writeFileSync(executable, trimElf(readFileSync(await nodeProgram(architecture))), { mode: 0o755 });
  await inject(executable, BLOB_NAME, readFileSync(join(work, config.output)), { sentinelFuse: FUSE });
  copyFileSync(executable, out);
  rmSync(work, { recursive: true });
}

/** What src/platform/packaged-files.ts reads, by the path that it has in the package. */
function packagedAssets(stage: string): Record<string, string> {
  const folders = ['templates', 'src/doctor/knowledge/data', 'dist/ui'];
  const paths = folders.flatMap((folder) =>
    readdirSync(join(stage, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(stage.length + 1)),
  );
  const all = [...paths, 'package.json', 'dist/build.json', 'dist/LICENSES.txt'].sort();
  return Object.fromEntries(all.map((path) => [path, join(stage, path)]));
}
