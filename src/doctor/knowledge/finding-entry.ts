import { FINDING_CATALOGUE } from '../finding-catalogue.ts';
import type { KnowledgeEntry } from './knowledge-entry.ts';

/** What pxectl itself says: the id of a finding, as `up`, `watch` and `status` show it. */
export function findingEntry(text: string): KnowledgeEntry | undefined {
  const id = text.trim();
  const known = FINDING_CATALOGUE.get(id);
  if (known === undefined) return undefined;
  return {
    id,
    texts: [id],
    printedBy: 'pxectl',
    meaning: known.cause,
    causes: [
      { finding: id, tell: known.codes.length === 0 ? '' : `the screen says ${known.codes.join(' or ')}` },
    ],
    source: 'the catalogue of findings',
  };
}
