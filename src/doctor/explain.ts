import { findingAddress } from '../model/documentation.ts';
import type { Fix } from '../model/fix.ts';
import type { CheckResult } from './checks/check.ts';
import { FINDING_CATALOGUE } from './finding-catalogue.ts';
import type { KnowledgeEntry, KnownCause } from './knowledge/knowledge-entry.ts';
import { KNOWLEDGE } from './knowledge/messages.ts';
import { words } from './knowledge/screen/screen-words.ts';
import { fixesOf } from './mend/fix-in-file.ts';
import { fixTexts } from './mend/fix-steps.ts';

/** A cause with what its check says here and now. */
export interface ExplainedCause {
  readonly finding?: string;
  readonly text: string;
  /** what tells it from the others */
  readonly tell?: string;
  readonly fix: readonly string[];
  readonly mends: readonly Fix[];
  /** `on-screen`: a line of the screen speaks for it */
  readonly status: 'found-here' | 'on-screen' | 'not-found-here' | 'not-checked';
  /** what the check saw, or why it could not look */
  readonly detail: string;
}

export interface Explanation {
  readonly id: string;
  readonly code?: string;
  readonly text: string;
  readonly printedBy: string;
  readonly meaning: string;
  readonly causes: readonly ExplainedCause[];
  readonly source: string;
  /** where more is said */
  readonly docs: string;
}

/** What else stands on the screen. */
export interface SeenOnScreen {
  /** the ids of the entries, with the line that shows each */
  readonly lines: ReadonlyMap<string, string>;
  /** programs whose try is shown from its beginning, with the line that begins it */
  readonly beginnings: ReadonlyMap<string, string>;
}

const NOTHING_SEEN: SeenOnScreen = { lines: new Map(), beginnings: new Map() };

/**
 * What a message means, in the spelling that was seen, each cause with the result of its check, or with the line of the
 * screen that speaks for it or excludes it.
 * Causes that were found here come first, then those that the screen speaks for.
 */
export function explain(
  entry: KnowledgeEntry,
  checks: readonly CheckResult[],
  seen: SeenOnScreen = NOTHING_SEEN,
  spelling?: string,
): Explanation {
  const likely = (cause: KnownCause): boolean => wordsForIt(cause, entry, seen) !== undefined;
  const inOrder = [...entry.causes.filter(likely), ...entry.causes.filter((cause) => !likely(cause))];
  const explained = inOrder.map(
    (cause) =>
      excludedOnScreen(cause, seen) ??
      toldOnScreen(cause, checks, wordsForIt(cause, entry, seen)) ??
      explainCause(cause, checks),
  );
  const excluded = explained.filter((cause) => cause.status === 'not-found-here');
  const causes = [...explained.filter((cause) => !excluded.includes(cause)), ...excluded];
  const found = causes.filter((cause) => cause.status === 'found-here');
  return {
    id: entry.id,
    ...(entry.code === undefined ? {} : { code: entry.code }),
    text: titleOf(entry, spelling),
    printedBy: entry.printedBy,
    meaning: entry.meaning,
    causes: [...found, ...causes.filter((cause) => !found.includes(cause))],
    source: entry.source,
    docs: findingAddress(entry.id),
  };
}

/** The usual spelling, unless another of this entry stands on the screen that has other words. */
function titleOf({ texts }: KnowledgeEntry, spelling: string | undefined): string {
  const [usual = ''] = texts;
  const said = words(spelling ?? '').join(' ');
  const own = texts.find((text) => words(text).join(' ') === said);
  return own === undefined || own.includes(usual) ? usual : own;
}

/** A cause that a line of the screen excludes; undefined when none does. */
function excludedOnScreen(cause: KnownCause, seen: SeenOnScreen): ExplainedCause | undefined {
  const proof = cause.unless?.map((id) => seen.lines.get(id)).find((line) => line !== undefined);
  if (proof === undefined) return undefined;
  return { ...explainCause(cause, []), status: 'not-found-here', detail: saysOnScreen(proof) };
}

/** What on the screen speaks for a cause: a line, or that one is not there; undefined when nothing does. */
function wordsForIt(cause: KnownCause, entry: KnowledgeEntry, seen: SeenOnScreen): string | undefined {
  const sign = cause.when?.map((id) => seen.lines.get(id)).find((line) => line !== undefined);
  if (sign !== undefined) return saysOnScreen(sign);
  const beginning = seen.beginnings.get(entry.printedBy);
  const { without = [] } = cause;
  if (beginning === undefined || without.length === 0 || without.some((id) => seen.lines.has(id)))
    return undefined;
  const missing = KNOWLEDGE.find(({ id }) => id === without[0])?.texts[0] ?? '';
  return `${saysOnScreen(beginning)}, and no "${missing}" after it`;
}

/** A cause that the screen speaks for, where no check has found it: undefined when nothing does. */
function toldOnScreen(
  cause: KnownCause,
  checks: readonly CheckResult[],
  detail: string | undefined,
): ExplainedCause | undefined {
  const explained = explainCause(cause, checks);
  if (detail === undefined || explained.status !== 'not-checked') return undefined;
  return { ...explained, status: 'on-screen', detail };
}

const MAX_QUOTED = 90;

function saysOnScreen(line: string): string {
  return `the screen says "${line.length > MAX_QUOTED ? `${line.slice(0, MAX_QUOTED - 1)}…` : line}"`;
}

function told(mends: readonly Fix[]): Pick<ExplainedCause, 'fix' | 'mends'> {
  return { fix: fixTexts(mends), mends };
}

function explainCause(cause: KnownCause, checks: readonly CheckResult[]): ExplainedCause {
  if (!('finding' in cause)) {
    return {
      text: cause.text,
      ...told(fixesOf(cause.fix)),
      status: 'not-checked',
      detail: 'only to be seen at the machine',
    };
  }
  const known = FINDING_CATALOGUE.get(cause.finding);
  const base = {
    finding: cause.finding,
    text: known?.title ?? cause.finding,
    tell: cause.tell,
    ...told(cause.fix === undefined ? (known?.mends ?? []) : fixesOf(cause.fix)),
  };
  const finding = checks
    .filter(({ status }) => status === 'found')
    .flatMap((check) => check.findings)
    .find((candidate) => candidate.id === cause.finding);
  if (finding) {
    return {
      ...base,
      text: finding.title,
      ...told(finding.mends),
      status: 'found-here',
      detail: finding.evidence[0]?.text ?? '',
    };
  }
  const covering = checks.filter((check) => check.covers.includes(cause.finding));
  const looked = covering.filter((check) => check.status !== 'not-checked');
  const excluding = looked.find((check) => check.excludes.includes(cause.finding));
  if (excluding)
    return { ...base, status: 'not-found-here', detail: `${excluding.title}: ${excluding.detail}` };
  const [seen] = looked;
  const [blind] = covering;
  const toCheck = known?.toCheck ?? 'needs --log, --pcap or --probe';
  return {
    ...base,
    status: 'not-checked',
    detail: seen
      ? `${seen.title}: nothing of it seen, which excludes nothing; ${toCheck}`
      : blind
        ? `${blind.title}: ${blind.detail}; ${toCheck}`
        : toCheck,
  };
}
