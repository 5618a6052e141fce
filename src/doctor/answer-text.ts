import type { Verdict } from '../model/verdict.ts';
import type { CheckResult } from './checks/check.ts';
import type { DoctorResult, ToldScreen } from './doctor-result.ts';
import { explain, type Explanation } from './explain.ts';
import { STAGES_ON_SCREEN } from './knowledge/knowledge-entry.ts';
import { lookUp } from './knowledge/look-up.ts';
import { namesOnScreen } from './knowledge/screen/own-names.ts';
import type { ScreenStory } from './knowledge/screen/read-screen.ts';
import { fillSteps, type OwnNames } from './mend/fill-in.ts';
import { fixTexts } from './mend/fix-steps.ts';

/**
 * What a code, a text or a screen means, with what the checks and the other lines of the screen say to it, and the
 * verdict on the boot that shows it.
 */
export function answerText(
  text: string,
  checks: readonly CheckResult[],
): Pick<DoctorResult, 'known' | 'isKnown' | 'screen' | 'verdict'> {
  const { isKnown, matches, story } = lookUp(text);
  // what another try shows says nothing of this one
  const told = story.lines
    .filter(({ part }) => part !== 'other-try')
    .flatMap((line) => line.entries.map((entry) => ({ entry, line: line.text })));
  const seen = {
    lines: new Map(told.map(({ entry, line }) => [entry.id, line])),
    beginnings: new Map(
      told.filter(({ entry }) => entry.role === 'attempt').map(({ entry, line }) => [entry.printedBy, line]),
    ),
  };
  const spellings = new Map(story.lines.map(({ entries, spelling }) => [entries[0], spelling]));
  const names = namesOnScreen(text, story.lines);
  const known = matches.map((entry) => filledIn(explain(entry, checks, seen, spellings.get(entry)), names));
  const verdict = isKnown ? verdictOnStory(story, known) : 'not-understood';
  return {
    known,
    isKnown,
    ...(verdict === undefined ? {} : { verdict }),
    ...(story.lines.length > 1 || story.unknownLines > 0 ? { screen: toldScreen(story) } : {}),
  };
}

/** The steps with the names that stand on the screen; what a check found here has names of its own. */
function filledIn(explained: Explanation, names: OwnNames): Explanation {
  const causes = explained.causes.map((cause) => {
    if (cause.status === 'found-here') return cause;
    const mends = fillSteps(cause.mends, names);
    return { ...cause, mends, fix: fixTexts(mends) };
  });
  return { ...explained, causes };
}

function toldScreen({ lines, unknownLines }: ScreenStory): ToldScreen {
  // a line that is two things is told once, as what says more
  const isToldElse = ({ line, part }: ScreenStory['lines'][number], index: number): boolean => {
    const before = lines[index - 1];
    if ((part === 'harmless' || part === 'consequence') && before?.line === line && before.part === part)
      return true;
    return (
      (part === 'proof' || part === 'consequence') &&
      lines.some((other) => other.line === line && other.part !== 'proof' && other.part !== 'consequence')
    );
  };
  return {
    lines: lines
      .filter((line, index) => !isToldElse(line, index))
      .map(({ line, text, part, entries, note }) => ({
        line,
        text,
        part,
        id: entries[0]?.id ?? '',
        // a fault that is excused means nothing of what it means alone
        meaning: part === 'harmless' && entries[0]?.role !== 'harmless' ? '' : (entries[0]?.meaning ?? ''),
        ...(note === undefined ? {} : { note }),
      })),
    unknownLines,
  };
}

/**
 * A fault on a screen is one. A boot that is shown on its way, and lines that nobody knows, are neither well nor ill.
 * The name of a finding is a question about it: undefined, unless it is found here.
 */
function verdictOnStory(
  { lines, unknownLines }: ScreenStory,
  known: readonly Explanation[],
): Verdict | undefined {
  if (lines.length === 0) {
    const isHere = known.some(({ causes }) => causes.some(({ status }) => status === 'found-here'));
    return isHere ? 'ill' : undefined;
  }
  if (lines.some(({ part }) => part === 'cause')) return 'ill';
  const isNormal = lines.every(({ part }) => part === 'harmless');
  if (wentThrough(lines)) return 'healthy';
  const isAtItsEnd = lines.some(({ entries }) => {
    const stage = entries[0]?.stage ?? 'link';
    return stage !== 'running' && STAGES_ON_SCREEN.indexOf(stage) >= STAGES_ON_SCREEN.indexOf('kernel');
  });
  return unknownLines === 0 && (isNormal || isAtItsEnd) ? 'healthy' : 'not-understood';
}

/**
 * A system that asks who logs in was started. It came from the network when a loader did, and neither a fault nor the beginning of
 * another start, from a disk, stands between the two. What other lines say no longer matters then.
 */
function wentThrough(lines: ScreenStory['lines']): boolean {
  const end = lines.findLastIndex(({ entries }) => entries[0]?.stage === 'running');
  const before = lines.slice(0, Math.max(0, end));
  const loaded = before.findLastIndex(
    ({ part, entries }) =>
      part === 'proof' &&
      STAGES_ON_SCREEN.indexOf(entries[0]?.stage ?? 'link') >= STAGES_ON_SCREEN.indexOf('loader'),
  );
  const begun = before.findLast(({ entries }) => entries[0]?.stage === 'link')?.entries[0]?.role;
  if (begun === 'sign' || begun === 'harmless') return false;
  const isFault = ({ part, entries }: ScreenStory['lines'][number]): boolean =>
    part !== 'harmless' && ['fault', 'trailer'].includes(entries[0]?.role ?? 'fault');
  return loaded >= 0 && !before.slice(loaded + 1).some(isFault);
}
