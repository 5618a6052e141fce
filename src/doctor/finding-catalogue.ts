import type { Evidence, Finding, FindingId, Severity } from '../model/finding.ts';
import { NETWORK_FINDINGS } from './catalogue/network-findings.ts';
import { LOADER_FINDINGS } from './catalogue/loader-findings.ts';
import type { FindingDescription } from './catalogue/finding-description.ts';
import { HOST_FINDINGS } from './catalogue/host-findings.ts';
import { SYSTEM_FINDINGS } from './catalogue/system-findings.ts';

/** Every finding that doctor can make, by its id. docs/troubleshooting.md is made of it. */
export const FINDING_CATALOGUE: ReadonlyMap<FindingId, FindingDescription> = new Map([
  ...Object.entries(NETWORK_FINDINGS),
  ...Object.entries(LOADER_FINDINGS),
  ...Object.entries(SYSTEM_FINDINGS),
  ...Object.entries(HOST_FINDINGS),
]);

/** The finding with this id, with the evidence for it; `more` replaces what is said in general. */
export function makeFinding(
  id: FindingId,
  evidence: readonly Evidence[],
  more: Partial<Omit<Finding, 'id' | 'evidence'>> = {},
): Finding {
  const known = FINDING_CATALOGUE.get(id);
  if (!known) throw new Error(`the finding ${id} is not in the catalogue`);
  return { id, ...known, ...more, evidence };
}

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

/** Worst first; findings of one severity stay in their order. */
export function sortFindings<F extends Finding>(findings: readonly F[]): F[] {
  return [...findings].sort((a, b) => RANK[a.severity] - RANK[b.severity]);
}
