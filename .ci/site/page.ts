import { GROUPS, siteName } from './documents.ts';
import { escapeHtml } from './escape-html.ts';

export interface Page {
  /** `decisions/0001-one-planner.html` */
  readonly name: string;
  readonly title: string;
  readonly html: string;
}

/** A whole page: with the list of all, and the search, which needs no server. */
export function pageText({ name, title, html }: Page, titles: ReadonlyMap<string, string>): string {
  const up = '../'.repeat(name.split('/').length - 1);
  const groups = GROUPS.map(({ title: group, files }) => {
    const links = files.map((file) => {
      const target = siteName(file) ?? '';
      const current = target === name ? ' aria-current="page"' : '';
      return `<li><a href="${up}${target}"${current}>${escapeHtml(titles.get(file) ?? file)}</a></li>`;
    });
    return `<h2>${escapeHtml(group)}</h2>\n<ul>\n${links.join('\n')}\n</ul>`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(name === 'index.html' ? title : `${title} · pxectl`)}</title>
<link rel="stylesheet" href="${up}style.css">
<script src="${up}search-index.js" defer></script>
<script src="${up}search.js" defer></script>
</head>
<body data-top="${up}">
<a class="skip" href="#text">to the text</a>
<header>
<a class="name" href="${up}index.html">pxectl</a>
<form role="search" id="search">
<label for="words">Search</label>
<input id="words" type="search" autocomplete="off" placeholder="PXE-E21, E_PORT_IN_USE, seeds …">
</form>
</header>
<div id="found" role="region" aria-label="Found" aria-live="polite" hidden></div>
<div class="columns">
<nav aria-label="Documents">
${groups.join('\n')}
</nav>
<main id="text">
${html}</main>
</div>
</body>
</html>
`;
}
