import { parseBlocks, type BlockStatement, type BlockText } from '../block-syntax.ts';

/** One statement of a dhcpd.conf. */
export type DhcpdStatement = BlockStatement;

/** dhcpd.conf(5) */
const WORD = /"(?:[^"\\]|\\.)*"|#.*$|!=|~=|~~|[;{}(),=]|[^\s;{}(),="#!~]+/g;

/** Takes a dhcpd.conf apart. */
export function parseDhcpd(file: string, text: string): BlockText {
  return parseBlocks(file, text, WORD);
}
