// Bundles src/ into dist/, or the folder given: a start reads a few files, where a file for each module and package costs a third
// more. What is loaded on demand stays a file of its own.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { packagesIn, program } from './bundle.mjs';

const dist = process.argv[2] ?? 'dist';
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
  metafile: true,
  logLevel: 'warning',
});

writeFileSync(`${dist}/LICENSES.txt`, packagesIn(metafile, pages.metafile).map(licenceText).join('\n\n'));

/** Licences ask that their text goes with a copy. */
function licenceText(folder) {
  const { name, version, license, author } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice)/i.test(file));
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  // a package may say it in its package.json alone
  if (files.length === 0)
    texts.push(`Copyright ${author?.name ?? author}, https://spdx.org/licenses/${license}`);
  return [`${name} ${version} (${license})`, ...texts].join('\n\n');
}
