import { messageOf } from '../../model/errors.ts';
import type { Finding, FindingId } from '../../model/finding.ts';

export type CheckGroup = 'host' | 'config' | 'files' | 'boots' | 'wire';

/** What came of one check. "Not checked" is never "passed". */
export interface CheckResult {
  readonly id: string;
  readonly group: CheckGroup;
  /** what was looked at, a few words */
  readonly title: string;
  /** findings that this check would have made */
  readonly covers: readonly FindingId[];
  /** those of them that are not so here and now when the check sees nothing */
  readonly excludes: readonly FindingId[];
  readonly status: 'ok' | 'found' | 'not-checked';
  /** what was seen, or why nothing was looked at; one line */
  readonly detail: string;
  readonly findings: readonly Finding[];
}

export interface Check {
  readonly id: string;
  readonly group: CheckGroup;
  readonly title: string;
  readonly covers: readonly FindingId[];
  /**
   * Absent: all of them. A check that sees a part of what a machine can meet (the last boots, the files of this
   * configuration alone) finds faults, and excludes none.
   */
  readonly excludes?: readonly FindingId[];
  /** looks; throws when it cannot */
  readonly look: () => Promise<Looked>;
}

/** What a check saw: all well, findings, or a reason why it could not look. */
export type Looked =
  | {
      readonly seen: string;
      readonly findings?: readonly Finding[];
      /** something is missing, although what is found about it is no more than good to know */
      readonly isLacking?: boolean;
    }
  | { readonly notChecked: string };

/** Runs a check; whatever it throws becomes "not checked", with the reason. */
export async function runCheck(check: Check): Promise<CheckResult> {
  const { id, group, title, covers, excludes = covers } = check;
  const base = { id, group, title, covers, excludes };
  let looked: Looked;
  try {
    looked = await check.look();
  } catch (error) {
    looked = { notChecked: messageOf(error) };
  }
  if ('notChecked' in looked)
    return { ...base, status: 'not-checked', detail: looked.notChecked, findings: [] };
  const findings = looked.findings ?? [];
  const isFound = looked.isLacking === true || findings.some((finding) => finding.severity !== 'info');
  return { ...base, status: isFound ? 'found' : 'ok', detail: looked.seen, findings };
}
