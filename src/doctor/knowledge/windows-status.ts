import { fullCauses, type CauseInFile, type KnowledgeEntry, type KnownCause } from './knowledge-entry.ts';
import { readData } from './read-data.ts';

/** data/windows-status.json: NTSTATUS codes that the Windows loaders show. */
export interface WindowsStatusFile {
  readonly source: string;
  readonly common?: Readonly<Record<string, KnownCause>>;
  /** causes of a code that has none of its own */
  readonly others: readonly CauseInFile[];
  readonly statuses: readonly {
    readonly code: string;
    readonly name: string;
    readonly meaning: string;
    readonly causes: readonly CauseInFile[];
  }[];
}

const known = readData<WindowsStatusFile>('windows-status.json');
const statusByCode = new Map(known.statuses.map((status) => [status.code, status]));

/** The eight digits of a Windows status: its top bit is set, which no iPXE code has. */
export function decodeWindowsStatus(text: string): string | undefined {
  const code = text.toLowerCase().replace(/^0x/, '');
  return /^[89a-f][0-9a-f]{7}$/.test(code) ? code : undefined;
}

/** What is known about a Windows status, as an entry like those of the tables. */
export function windowsEntry(code: string): KnowledgeEntry {
  const status = statusByCode.get(code);
  return {
    id: `windows-${code}`,
    texts: [`Status: 0x${code}${status === undefined ? '' : ` (${status.name})`}`],
    printedBy: WINDOWS,
    meaning:
      status?.meaning ??
      'The Windows loader runs and stopped with a status of Windows, which is no iPXE code.',
    causes: fullCauses(status?.causes ?? known.others, known.common),
    source: known.source,
  };
}

/** Every status with a meaning of its own. */
export function windowsEntries(): readonly KnowledgeEntry[] {
  return known.statuses.map(({ code }) => windowsEntry(code));
}

const WINDOWS = 'Windows boot loader (WDS, wimboot)';
