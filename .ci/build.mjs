// Bundles src/ into dist/: a start reads a few files, where a file for each module and package costs a third more.
// What is loaded on demand stays a file of its own, and so do packages that are optional, native or rarely needed.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const KEPT_APART = ['dockerode', 'handlebars', 'koffi', 'openpgp', 'undici', 'xz-decompress'];

rmSync('dist', { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: ['src/cli/main.ts'],
  outbase: 'src',
  outdir: 'dist',
  // two folders below the package, as every module of src/ that looks for its files is
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  external: KEPT_APART,
  // packages in CommonJS ask for Node's own modules by require
  banner: {
    js: "import{createRequire as requireOf}from'node:module';const require=requireOf(import.meta.url);",
  },
  sourcemap: true,
  sourcesContent: false,
  metafile: true,
  logLevel: 'warning',
});

// the dashboard, for browsers of the last three years
const pages = await build({
  entryPoints: ['src/web/main.tsx', 'src/web/style.css', 'src/web/index.html', 'src/web/icon.svg'],
  outdir: 'dist/ui',
  loader: { '.html': 'copy', '.svg': 'copy' },
  bundle: true,
  minify: true,
  format: 'esm',
  platform: 'browser',
  target: ['chrome111', 'firefox113', 'safari16.4'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  metafile: true,
  logLevel: 'warning',
});

const packages = new Set(
  [metafile, pages.metafile]
    .flatMap(({ inputs }) => Object.keys(inputs))
    .flatMap((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []),
);
writeFileSync('dist/LICENSES.txt', [...packages].sort().map(licenceText).join('\n\n'));

/** Licences ask that their text goes with a copy. */
function licenceText(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice)/i.test(file));
  if (files.length === 0) throw new Error(`${name} ${version} (${license}) has no file with its licence`);
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return [`${name} ${version} (${license})`, ...texts].join('\n\n');
}
