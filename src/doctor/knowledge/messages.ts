import { fullCauses, type KnowledgeEntry, type MessageFile } from './knowledge-entry.ts';
import { readRanked } from './read-data.ts';

/** Everything that firmware, loaders and systems print and doctor knows; iPXE codes are decoded besides. */
export const KNOWLEDGE: readonly KnowledgeEntry[] = readRanked<MessageFile>('messages').flatMap(
  ({ printedBy, common, entries }) =>
    entries.map((entry) => ({ ...entry, printedBy, causes: fullCauses(entry.causes, common) })),
);
