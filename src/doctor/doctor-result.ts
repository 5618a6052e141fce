import type { Finding } from '../model/finding.ts';
import type { CheckResult } from './checks/check.ts';
import type { Explanation } from './explain.ts';
import type { ProbeWalk } from './probe/judge-walks.ts';

/** `pxectl doctor --json`. */
export interface DoctorResult {
  readonly schema: 'pxectl.doctor/1';
  /** no finding is an error */
  readonly ok: boolean;
  readonly findings: readonly Finding[];
  /** what was looked at on this host; empty when only files were given */
  readonly checks: readonly Omit<CheckResult, 'findings' | 'covers'>[];
  /** meanings of the text that was given */
  readonly known: readonly Explanation[];
  /** false when `known` holds only the nearest meanings */
  readonly isKnown?: boolean;
  /** what was read: `12 lines of boot.log, 1 client` */
  readonly read: readonly string[];
  readonly probe: readonly Pick<ProbeWalk, 'client' | 'steps'>[];
  readonly written: readonly string[];
  readonly notes: readonly string[];
}
