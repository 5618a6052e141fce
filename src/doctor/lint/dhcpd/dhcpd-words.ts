import { readData } from '../../knowledge/read-data.ts';

/** data/dhcpd-words.json: what dhcpd takes in a configuration file. */
export interface DhcpdWordsFile {
  readonly source: string;
  /** words that a statement may begin with */
  readonly statements: readonly string[];
  /** options of DHCP that have a name without a definition */
  readonly options: readonly string[];
  /** option spaces that are there without a definition */
  readonly spaces: readonly string[];
}

const known = readData<DhcpdWordsFile>('dhcpd-words.json');
const statements = new Set(known.statements);
const spaces = new Set(known.spaces);

/** Names of options that need no definition. */
export const OWN_OPTIONS: ReadonlySet<string> = new Set(known.options);

/** Whether dhcpd knows what a statement with this first word does. */
export function isDhcpdStatement(word: string): boolean {
  return statements.has(word.toLowerCase());
}

/** Whether an option has its name by itself: of DHCP, of a space that dhcpd brings, or by its number. */
export function isOwnOption(name: string): boolean {
  const [space = '', inner] = name.split('.');
  return inner === undefined
    ? OWN_OPTIONS.has(name.toLowerCase()) || /^unknown-\d+$/.test(name)
    : spaces.has(space.toLowerCase());
}
