import { posix } from 'node:path';
import { Marked, type Token, type Tokens } from 'marked';
import { headingAnchor, WRITTEN_ANCHOR } from './anchors.ts';
import { siteName } from './documents.ts';
import { escapeHtml } from './escape-html.ts';

/** A part of a page that search leads to. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

export interface RenderedDocument {
  readonly title: string;
  readonly html: string;
  readonly sections: readonly Section[];
}

/** How much of a part search looks through. */
const MAX_TEXT = 700;

/** A document as HTML: headings have the anchors that GitHub gives them, links lead to pages of the site. */
export function renderMarkdown(file: string, markdown: string): RenderedDocument {
  const marked = new Marked();
  const tokens = marked.lexer(markdown);
  const headings = anchorsOf(tokens, markdown);
  marked.use({
    renderer: {
      heading(token) {
        const { id, isWritten } = headings.get(token) ?? { id: '', isWritten: true };
        const inner = this.parser.parseInline(token.tokens);
        return `<h${token.depth}${isWritten ? '' : ` id="${id}"`}>${inner}</h${token.depth}>\n`;
      },
      link(token) {
        const inner = this.parser.parseInline(token.tokens);
        return `<a href="${escapeHtml(siteLink(file, token.href))}">${inner}</a>`;
      },
      // a wide one scrolls by itself
      table(token) {
        const row = (cells: readonly Tokens.TableCell[], tag: string): string =>
          `<tr>${cells.map((cell) => `<${tag}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join('')}</tr>`;
        const body = token.rows.map((cells) => row(cells, 'td')).join('\n');
        const table = `<table><thead>${row(token.header, 'th')}</thead><tbody>${body}</tbody></table>`;
        return `<div class="wide" tabindex="0">${table}</div>\n`;
      },
      code: ({ text }) => `<pre tabindex="0"><code>${escapeHtml(text)}</code></pre>\n`,
    },
  });
  const sections = sectionsOf(tokens, headings);
  return { title: sections[0]?.title ?? file, html: marked.parser(tokens), sections };
}

interface Anchor {
  readonly id: string;
  /** it stands in front of its heading */
  readonly isWritten: boolean;
}

function anchorsOf(tokens: readonly Token[], markdown: string): ReadonlyMap<Token, Anchor> {
  const taken = new Set([...markdown.matchAll(WRITTEN_ANCHOR)].map(([, id = '']) => id));
  const anchors = new Map<Token, Anchor>();
  let written: string | undefined;
  for (const token of tokens) {
    if (token.type === 'heading') {
      const id = written ?? freeAnchor(headingAnchor((token as Tokens.Heading).text), taken);
      taken.add(id);
      anchors.set(token, { id, isWritten: written !== undefined });
    }
    if (token.type === 'space') continue;
    written = [...token.raw.matchAll(WRITTEN_ANCHOR)].at(-1)?.[1];
  }
  return anchors;
}

function freeAnchor(anchor: string, taken: ReadonlySet<string>): string {
  let free = anchor;
  for (let count = 1; taken.has(free); count++) free = `${anchor}-${count}`;
  return free;
}

function sectionsOf(tokens: readonly Token[], headings: ReadonlyMap<Token, Anchor>): readonly Section[] {
  const sections: { id: string; title: string; text: string }[] = [];
  for (const token of tokens) {
    const anchor = headings.get(token);
    if (anchor !== undefined) {
      sections.push({ id: anchor.id, title: plain((token as Tokens.Heading).text), text: '' });
      continue;
    }
    const section = sections.at(-1);
    if (section === undefined) continue;
    section.text = `${section.text} ${plain(token.raw)}`.trim().slice(0, MAX_TEXT);
  }
  return sections;
}

/** What is read of markdown. */
const plain = (markdown: string): string =>
  markdown
    .replace(/<[^>]+>/g, ' ')
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[`*|#]+/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();

/** A link of a document as the site has it: to its page, or to its copy of the file. */
function siteLink(file: string, href: string): string {
  if (/^[a-z]+:/.test(href) || href.startsWith('#')) return href;
  const [path = '', anchor] = href.split('#');
  const target = posix.join(posix.dirname(file), path).replace(/\/$/, '');
  const name = siteName(target);
  if (name === undefined) throw new Error(`${file}: the site has no ${target}`);
  const link = posix.relative(posix.dirname(siteName(file) ?? ''), name);
  return anchor === undefined ? link : `${link}#${anchor}`;
}
