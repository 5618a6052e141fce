// What is bundled of src/: into dist/ here, into the single executable by .ci/release/.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');

/** What dockerode has for ssh:// and for builds with BuildKit, which pxectl does not do: 2 MB, one of them compiled where a compiler is. */
const UNUSED = ['ssh2', '@grpc/grpc-js', '@grpc/proto-loader', 'protobufjs'];

const withoutUnused = {
  name: 'without-unused',
  setup(build) {
    const names = new RegExp(`^(${UNUSED.join('|')})$`);
    build.onResolve({ filter: names }, ({ path }) => ({ path, namespace: 'unused' }));
    build.onLoad({ filter: /.*/, namespace: 'unused' }, () => ({ contents: 'module.exports = {};' }));
  },
};

export const program = {
  bundle: true,
  platform: 'node',
  // optional: native the one, under another licence the other
  external: ['koffi', 'openpgp'],
  plugins: [withoutUnused],
  absWorkingDir: root,
  metafile: true,
  logLevel: 'warning',
};

/** The folders of the packages that builds took something from. */
function packagesIn(...metafiles) {
  const inputs = metafiles.flatMap(({ inputs }) => Object.keys(inputs));
  return [
    ...new Set(inputs.flatMap((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? [])),
  ].sort();
}

/**
 * dist/ as a whole: a start reads a few files, where a file for each module and package costs a third more; what is loaded on
 * demand stays a file of its own. Returns the folders of the packages that it took in.
 */
export async function buildDist(dist) {
  rmSync(dist, { recursive: true, force: true });
  const { metafile } = await build({
    ...program,
    entryPoints: ['src/cli/main.ts'],
    outbase: 'src',
    outdir: dist,
    // two folders below the package, as every module of src/ that looks for its files is
    chunkNames: 'chunks/[name]-[hash]',
    splitting: true,
    format: 'esm',
    target: 'node20.19',
    // packages in CommonJS ask for Node's own modules by require
    banner: {
      js: "import{createRequire as requireOf}from'node:module';const require=requireOf(import.meta.url);",
    },
    sourcemap: true,
    sourcesContent: false,
  });

  // the dashboard, for browsers of the last three years
  const pages = await build({
    entryPoints: ['src/web/main.tsx', 'src/web/style.css', 'src/web/index.html', 'src/web/icon.svg'],
    outdir: `${dist}/ui`,
    loader: { '.html': 'copy', '.svg': 'copy' },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: ['chrome111', 'firefox113', 'safari16.4'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    absWorkingDir: root,
    metafile: true,
    logLevel: 'warning',
  });

  const packages = packagesIn(metafile, pages.metafile);
  writeFileSync(join(dist, 'LICENSES.txt'), packages.map(licenceText).join('\n\n'));
  return packages;
}

/** Licences ask that their text goes with a copy. */
function licenceText(folder) {
  const { name, version, license, author } = JSON.parse(
    readFileSync(join(root, folder, 'package.json'), 'utf8'),
  );
  const files = readdirSync(join(root, folder)).filter((file) => /^(licen[cs]e|notice)/i.test(file));
  const texts = files.map((file) => readFileSync(join(root, folder, file), 'utf8').trim());
  // a package may say it in its package.json alone
  if (files.length === 0)
    texts.push(`Copyright ${author?.name ?? author}, https://spdx.org/licenses/${license}`);
  return [`${name} ${version} (${license})`, ...texts].join('\n\n');
}
