import type { Reading, Verdict } from '../model/verdict.ts';
import type { CheckResult } from './checks/check.ts';
import type { Explanation } from './explain.ts';
import type { LinePart } from './knowledge/screen/read-screen.ts';
import type { ToldFinding } from './mend/fix-steps.ts';
import type { ProbeWalk } from './probe/judge-walks.ts';

/** A screen of several lines, read in order. */
export interface ToldScreen {
  readonly lines: readonly {
    readonly line: number;
    readonly text: string;
    /** the cause and its consequences are faults of this boot; the rest is proof that it came so far */
    readonly part: LinePart;
    readonly id: string;
    readonly meaning: string;
    readonly note?: string;
  }[];
  /** lines that doctor does not know */
  readonly unknownLines: number;
}

/** `pxectl doctor --json`. */
export interface DoctorResult {
  readonly schema: 'pxectl.doctor/1';
  /** understood, and nothing of it is an error */
  readonly ok: boolean;
  /** on all that was read and looked at, a text or screen too; absent when the name of a finding was only explained */
  readonly verdict?: Verdict;
  readonly findings: readonly ToldFinding[];
  /** what was looked at on this host; empty when only files were given */
  readonly checks: readonly Omit<CheckResult, 'findings' | 'covers' | 'excludes'>[];
  /** meanings of the text that was given */
  readonly known: readonly Explanation[];
  /** false when `known` holds only the nearest meanings */
  readonly isKnown?: boolean;
  /** a text of several lines: what each understood line says in the story of the boot */
  readonly screen?: ToldScreen;
  /** what was read, input by input, what of it was passed over, and what would help */
  readonly readings: readonly Reading[];
  readonly probe: readonly Pick<ProbeWalk, 'client' | 'steps'>[];
  readonly written: readonly string[];
  readonly notes: readonly string[];
}
