import type { Finding } from '../model/finding.ts';
import type { Reading, Verdict } from '../model/verdict.ts';
import type { CheckResult } from './checks/check.ts';
import type { Explanation } from './explain.ts';
import type { ProbeWalk } from './probe/judge-walks.ts';

/** `pxectl doctor --json`. */
export interface DoctorResult {
  readonly schema: 'pxectl.doctor/1';
  /** understood, and no finding is an error */
  readonly ok: boolean;
  /** on all that was read and looked at; absent when a text was only explained */
  readonly verdict?: Verdict;
  readonly findings: readonly Finding[];
  /** what was looked at on this host; empty when only files were given */
  readonly checks: readonly Omit<CheckResult, 'findings' | 'covers'>[];
  /** meanings of the text that was given */
  readonly known: readonly Explanation[];
  /** false when `known` holds only the nearest meanings */
  readonly isKnown?: boolean;
  /** what was read, input by input, what of it was passed over, and what would help */
  readonly readings: readonly Reading[];
  readonly probe: readonly Pick<ProbeWalk, 'client' | 'steps'>[];
  readonly written: readonly string[];
  readonly notes: readonly string[];
}
