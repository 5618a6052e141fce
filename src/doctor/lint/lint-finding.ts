import type { FileEdit, Finding, FindingId } from '../../model/finding.ts';
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

export interface LintFinding extends Finding {
  readonly edits: readonly FileEdit[];
}

/** What a rule may look at. */
export interface LintInput {
  readonly config: PxeConfig;
  readonly reader: ConfReader;
  /** what is not in it is not there at all: absence is a fault */
  readonly isWhole: boolean;
}

/** A finding about lines of the configuration. */
export function lintFinding(
  id: FindingId,
  at: readonly Pick<ConfLine, 'file' | 'line' | 'raw'>[],
  edits: readonly Edit[],
  more: Partial<Omit<Finding, 'id' | 'evidence'>> = {},
): LintFinding {
  const evidence = at.map(({ file, line, raw }) => ({
    source: `${file.split('/').pop() ?? file}:${line}`,
    text: raw,
  }));
  const mended = edits.flatMap((edit) => edit.lines.filter((line) => line !== edit.at.raw));
  return {
    ...makeFinding(id, evidence, mended.length > 0 ? { fix: mended, ...more } : more),
    edits: edits.map(({ at: { file, line, raw }, lines }) => ({ file, line, replaces: raw, by: lines })),
  };
}
