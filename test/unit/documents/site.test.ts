import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SITE_DOCUMENTS } from '../../../.ci/site/documents.ts';
import { renderMarkdown } from '../../../.ci/site/markdown.ts';
import { siteFiles } from '../../../.ci/site/site-files.ts';
import { FINDING_CATALOGUE } from '../../../src/doctor/finding-catalogue.ts';
import { KNOWLEDGE } from '../../../src/doctor/knowledge/messages.ts';
import { DOCUMENTATION, errorAddress, findingAddress } from '../../../src/model/documentation.ts';
import { DOCUMENTS, ERROR_CODES } from '../../support/documents.ts';

const files = siteFiles();
const pages = [...files]
  .filter(([name]) => name.endsWith('.html'))
  .map(([name, text]) => [name, String(text)] as const);
const idsIn = (text: string): string[] => [...text.matchAll(/ id="([^"]+)"/g)].map(([, id = '']) => id);
const ids = new Map(pages.map(([name, text]) => [name, new Set(idsIn(text))]));
const attributes = (text: string, name: 'href' | 'src'): string[] =>
  [
    ...text
      .replace(/<code>[\s\S]*?<\/code>/g, '')
      .matchAll(new RegExp(`<\\w+ [^>]*\\b${name}="([^"]*)"`, 'g')),
  ].map(([, value = '']) => value);

/** What a link of a page leads to, and is not there. */
const isDead = (page: string, link: string): boolean => {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : posix.join(posix.dirname(page), path);
  return !files.has(target) || (anchor !== undefined && ids.get(target)?.has(anchor) !== true);
};

describe('the site of the documents', () => {
  it('has every document', () => {
    expect([...SITE_DOCUMENTS].sort()).toEqual([...DOCUMENTS, 'CHANGELOG.md'].sort());
  });

  it.each(pages)('%s has no dead link, and no anchor twice', (name, text) => {
    const links = [...attributes(text, 'href'), ...attributes(text, 'src')];
    expect(links.length).toBeGreaterThan(20);
    expect(links.filter((link) => !/^https?:/.test(link) && isDead(name, link))).toEqual([]);
    expect(idsIn(text).filter((id, index, all) => all.indexOf(id) !== index)).toEqual([]);
  });

  it('asks nobody else: scripts, styles and pictures are its own', () => {
    const loaded = pages.flatMap(([, text]) => [
      ...attributes(text, 'src'),
      ...[...text.matchAll(/<link [^>]*href="([^"]*)"/g)].map(([, href = '']) => href),
    ]);
    expect(loaded.filter((url) => /^(?:[a-z]+:|\/\/)/.test(url))).toEqual([]);
    expect(String(files.get('style.css'))).not.toMatch(/@import|url\(/);
    expect(String(files.get('search.js'))).not.toMatch(/fetch|XMLHttp|import/);
  });

  it('has the address that is printed with every error, finding and text of a screen', () => {
    const addresses = [
      ...ERROR_CODES.map(errorAddress),
      ...[...FINDING_CATALOGUE.keys(), ...KNOWLEDGE.map(({ id }) => id)].map(findingAddress),
    ];
    const missing = addresses.filter((address) => {
      const [page = '', anchor = ''] = address.slice(DOCUMENTATION.length).split('#');
      return ids.get(`${page}.html`)?.has(anchor) !== true;
    });
    expect(missing).toEqual([]);
  });

  it('is searched by the parts of its pages', () => {
    const text = String(files.get('search-index.js'));
    const index = JSON.parse(text.slice(text.indexOf('['), text.lastIndexOf(']') + 1)) as string[][];
    expect(index.filter(([page = '', id = '']) => isDead('index.html', `${page}#${id}`))).toEqual([]);
    const found = (title: string): string[] | undefined => index.find((entry) => entry[2] === title);
    expect(found('E_PORT_IN_USE')?.slice(0, 2)).toEqual(['errors.html', 'e_port_in_use']);
    expect(found('loader-arch-mismatch')?.slice(0, 2)).toEqual([
      'troubleshooting.html',
      'loader-arch-mismatch',
    ]);
  });

  it('cannot be made with a link to what is not there', () => {
    expect(() => renderMarkdown('README.md', '[x](src/nothing.ts)')).toThrow(
      'the site has no src/nothing.ts',
    );
  });

  it('shows what stands in code as it is', () => {
    const { html } = renderMarkdown(
      'docs/config.md',
      '# A\n\n`<b>` and\n\n```xml\n<script>x</script>\n```\n',
    );
    expect(html).not.toMatch(/<(?:b|script)>/);
  });
});
