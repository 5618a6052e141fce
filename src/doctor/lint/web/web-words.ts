import { readData } from '../../knowledge/read-data.ts';

/** data/web-words.json: what web servers take in a configuration, as regular expressions for whole names. */
export interface WebWordsFile {
  readonly source: string;
  readonly nginx: readonly string[];
  readonly apache: readonly string[];
}

const known = readData<WebWordsFile>('web-words.json');
const patterns = {
  nginx: new RegExp(`^(?:${known.nginx.join('|')})$`),
  apache: new RegExp(`^(?:${known.apache.join('|')})$`, 'i'),
};

/** Whether it is known what a directive does, and that it refuses no machine its files. */
export function isWebDirective(server: 'nginx' | 'apache', name: string): boolean {
  return patterns[server].test(name);
}
