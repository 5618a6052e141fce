import type { Finding } from '../../model/finding.ts';
import { isFileEdit, type FileEdit } from '../../model/fix.ts';
import { applyEdits } from './apply-edits.ts';
import { editInWords } from './fix-steps.ts';

/** Judges the texts of files anew, as they would be after an edit. */
export type Judge = (texts: ReadonlyMap<string, string>) => readonly Finding[];

/** Each proof judges everything anew: nobody reads more edits than this, nor writes larger configurations by hand. */
const MAX_PROVEN = 50;
const MAX_PROVEN_CHARACTERS = 200_000;

function isSmall(texts: ReadonlyMap<string, string>): boolean {
  let sum = 0;
  for (const text of texts.values()) sum += text.length;
  return sum <= MAX_PROVEN_CHARACTERS;
}

/**
 * Keeps of each finding the edits that mend it: applied to a copy and judged again, the finding is gone and there is no
 * new one. What does not hold is words only.
 */
export function proveEdits(
  texts: ReadonlyMap<string, string>,
  findings: readonly Finding[],
  judge: Judge,
): readonly Finding[] {
  let left = isSmall(texts) ? MAX_PROVEN : 0;
  return findings.map((finding) => {
    const edits = editsOf(finding);
    if (edits.length === 0) return finding;
    if (left-- > 0 && hold(texts, findings, edits, judge)) return finding;
    return { ...finding, mends: finding.mends.map((fix) => (isFileEdit(fix) ? editInWords(fix) : fix)) };
  });
}

/** The edits of findings that go together: each is taken when it mends its own and undoes nothing before it. */
export function editsTogether(
  texts: ReadonlyMap<string, string>,
  findings: readonly Finding[],
  judge: Judge,
): readonly FileEdit[] {
  let taken: readonly FileEdit[] = [];
  let before: readonly Finding[] = findings;
  for (const finding of findings) {
    const edits = editsOf(finding);
    if (edits.length === 0) continue;
    const tried = [...taken, ...edits];
    const after = judge(edited(texts, tried));
    if (isBetter(before, after)) {
      taken = tried;
      before = after;
    }
  }
  return taken;
}

/** The texts with edits applied. */
export function edited(
  texts: ReadonlyMap<string, string>,
  edits: readonly FileEdit[],
): ReadonlyMap<string, string> {
  return new Map([...texts].map(([file, text]) => [file, applyEdits(text, file, edits)]));
}

function editsOf({ mends }: Finding): readonly FileEdit[] {
  return mends.filter(isFileEdit);
}

function hold(
  texts: ReadonlyMap<string, string>,
  findings: readonly Finding[],
  edits: readonly FileEdit[],
  judge: Judge,
): boolean {
  // an edit of a file that was not given cannot be judged
  if (edits.some((edit) => !texts.has(edit.file))) return false;
  return isBetter(findings, judge(edited(texts, edits)));
}

/** Fewer faults, and none that was not there before. */
function isBetter(before: readonly Finding[], after: readonly Finding[]): boolean {
  return goneFaults(before, after) > 0;
}

/** No fault that was not there before. */
export function isNoWorse(before: readonly Finding[], after: readonly Finding[]): boolean {
  return goneFaults(before, after) >= 0;
}

/** Faults that are gone; -1 when there is a new one. */
function goneFaults(before: readonly Finding[], after: readonly Finding[]): number {
  const faults = (findings: readonly Finding[]): readonly string[] =>
    findings.filter(({ severity }) => severity !== 'info').map(({ id, severity }) => `${severity} ${id}`);
  const old = [...faults(before)];
  const now = faults(after);
  for (const fault of now) {
    const at = old.indexOf(fault);
    if (at < 0) return -1;
    old.splice(at, 1);
  }
  return old.length;
}
