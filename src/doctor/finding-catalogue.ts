import type { Evidence, Finding, FindingId, Severity } from '../model/finding.ts';
import type { Fix } from '../model/fix.ts';
import { readRanked } from './knowledge/read-data.ts';
import { fixesOf, type FixInFile } from './mend/fix-in-file.ts';

/** What is always true of a finding; an analysis adds its evidence and, where it knows more, its own words. */
export interface FindingDescription {
  readonly severity: Severity;
  readonly title: string;
  readonly cause: string;
  readonly mends: readonly Fix[];
  /** for other servers than dnsmasq, by their names */
  readonly byServer?: Readonly<Record<string, readonly Fix[]>>;
  /** what would check it, where that is not a log, a capture or the probe */
  readonly toCheck?: string;
  /** codes and texts that users see on the screen */
  readonly codes: readonly string[];
}

/** knowledge/data/findings/*.json */
export interface FindingFile {
  readonly about: string;
  readonly rank: number;
  readonly findings: readonly (Omit<FindingDescription, 'mends' | 'byServer'> & {
    readonly id: FindingId;
    readonly fix: readonly FixInFile[];
    readonly fixByServer?: Readonly<Record<string, readonly FixInFile[]>>;
  })[];
}

/** Every finding that doctor can make, by its id. docs/troubleshooting.md is made of it. */
export const FINDING_CATALOGUE: ReadonlyMap<FindingId, FindingDescription> = new Map(
  readRanked<FindingFile>('findings').flatMap(({ findings }) =>
    findings.map(({ id, fix, fixByServer = {}, ...description }) => {
      const byServer = Object.fromEntries(
        Object.entries(fixByServer).map(([server, steps]) => [server, fixesOf(steps)]),
      );
      return [id, { ...description, mends: fixesOf(fix), byServer }] as const;
    }),
  ),
);

/** The finding with this id, with the evidence for it; `more` replaces what is said in general. */
export function makeFinding(
  id: FindingId,
  evidence: readonly Evidence[],
  more: Partial<Omit<Finding, 'id' | 'evidence'>> = {},
): Finding {
  const known = FINDING_CATALOGUE.get(id);
  if (!known) throw new Error(`the finding ${id} is not in the catalogue`);
  const { toCheck: _toCheck, byServer: _byServer, ...description } = known;
  return { id, ...description, ...more, evidence };
}

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

/** Worst first; findings of one severity stay in their order. */
export function sortFindings<F extends Finding>(findings: readonly F[]): F[] {
  return [...findings].sort((a, b) => RANK[a.severity] - RANK[b.severity]);
}
