import type { Severity } from '../../model/finding.ts';

/** What is always true of a finding; an analysis adds its evidence and, where it knows more, its own words. */
export interface FindingDescription {
  readonly severity: Severity;
  readonly title: string;
  readonly cause: string;
  readonly fix: readonly string[];
  /** codes and texts that users see on the screen */
  readonly codes: readonly string[];
}
