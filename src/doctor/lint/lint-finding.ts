import type { Finding, FindingId } from '../../model/finding.ts';
import type { FileEdit } from '../../model/fix.ts';
import { makeFinding } from '../finding-catalogue.ts';
import type { ConfLine } from './conf-line.ts';
import type { ConfReader } from './conf-lines.ts';
import type { PxeConfig } from './pxe-config.ts';

/** A change of one line that mends a finding. */
export interface Edit {
  readonly at: Pick<ConfLine, 'file' | 'line' | 'raw'>;
  /** what stands there instead; empty takes the line out */
  readonly lines: readonly string[];
}

/** What a rule may look at. */
export interface LintInput {
  readonly config: PxeConfig;
  readonly reader: ConfReader;
  /** what is not in it is not there at all: absence is a fault */
  readonly isWhole: boolean;
}

/** A finding about lines of the configuration; what `more` tells to do stands behind the edits. */
export function lintFinding(
  id: FindingId,
  at: readonly Pick<ConfLine, 'file' | 'line' | 'raw'>[],
  edits: readonly Edit[],
  more: Partial<Omit<Finding, 'id' | 'evidence'>> = {},
): Finding {
  const evidence = at.map(({ file, line, raw }) => ({
    source: `${file.split('/').pop() ?? file}:${line}`,
    text: raw,
  }));
  const placed = edits.map(({ at: { file, line, raw }, lines }): FileEdit => ({
    ...{ kind: 'edit', file, line, replaces: raw, by: lines },
  }));
  const finding = makeFinding(id, evidence, more);
  // new lines say it all; what goes out may want a word beside it
  const saysAll = more.mends === undefined && edits.some(({ lines }) => lines.length > 0);
  return { ...finding, mends: saysAll ? placed : [...placed, ...finding.mends] };
}
