import { parseBlocks, type BlockStatement, type BlockText } from '../block-syntax.ts';

/** One statement of a dhcpd.conf. */
export type DhcpdStatement = BlockStatement;

/** dhcpd.conf(5) */
const WORD = /"(?:[^"\\]|\\.){0,1000}"|#[^]*|!=|~=|~~|[;{}(),=]|[^\s;{}(),="#!~]+/g;

/** Takes a dhcpd.conf apart. */
export function parseDhcpd(file: string, text: string): BlockText {
  return parseBlocks(file, text, WORD);
}

/**
 * The text as its words alone, line by line, so that whoever reads it sees what was seen here; undefined where it has
 * something besides.
 */
export function inPlainWords(text: string): string | undefined {
  const lines = text.split(/\r?\n/);
  if (lines.some((line) => line.replaceAll(WORD, '').trim() !== '')) return undefined;
  const words = lines.map((line) => [...line.matchAll(WORD)].map(([word]) => word));
  return words.map((line) => line.filter((word) => !word.startsWith('#')).join(' ')).join('\n');
}
