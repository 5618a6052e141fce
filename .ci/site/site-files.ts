import { readdirSync, readFileSync } from 'node:fs';
import { SITE_DOCUMENTS, siteName } from './documents.ts';
import { escapeHtml } from './escape-html.ts';
import { renderMarkdown } from './markdown.ts';
import { pageText } from './page.ts';

/**
 * Every file of the site by its name, from the repository's folder on. It asks nobody else: search looks into a file of its own.
 * @throws Error for a link to what the site does not have
 */
export function siteFiles(): ReadonlyMap<string, string | Buffer> {
  const rendered = SITE_DOCUMENTS.map((file) => ({
    file,
    name: siteName(file) ?? '',
    ...renderMarkdown(file, readFileSync(file, 'utf8')),
  }));
  const titles = new Map(rendered.map(({ file, title }) => [file, title]));
  const index = rendered.flatMap(({ name, title: page, sections }) =>
    sections.map(({ id, title, text }) => [name, id, title, page, text]),
  );
  return new Map<string, string | Buffer>([
    ...copiedFiles(),
    ...rendered.map((page): [string, string] => [page.name, pageText(page, titles)]),
    ['schemas/index.html', pageText(schemasPage(), titles)],
    ['search-index.js', `const SEARCH_INDEX = ${JSON.stringify(index)};\n`],
    ...['search.js', 'style.css'].map((name): [string, string] => [
      name,
      readFileSync(new URL(name, import.meta.url), 'utf8'),
    ]),
  ]);
}

/** What documents link to, as it is: schemas, seeds, pictures, rules. */
function copiedFiles(): readonly [string, Buffer][] {
  return readdirSync('docs', { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.md'))
    .map(({ parentPath, name }) => `${parentPath}/${name}`)
    .map((path) => [path.slice('docs/'.length), readFileSync(path)]);
}

function schemasPage(): Parameters<typeof pageText>[0] {
  const links = readdirSync('docs/schemas').map(
    (name) => `<li><a href="${escapeHtml(name)}">${escapeHtml(name)}</a></li>`,
  );
  const html = `<h1>Schemas</h1>\n<p>What <code>--json</code> prints, by the word of its <code>schema</code>; and the configuration.</p>\n<ul>\n${links.join('\n')}\n</ul>\n`;
  return { name: 'schemas/index.html', title: 'Schemas', html };
}
