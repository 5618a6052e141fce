import type { Verdict } from '../model/verdict.ts';
import type { CheckResult } from './checks/check.ts';
import type { DoctorResult, ToldScreen } from './doctor-result.ts';
import { explain, type Explanation } from './explain.ts';
import { STAGES_ON_SCREEN } from './knowledge/knowledge-entry.ts';
import { lookUp } from './knowledge/look-up.ts';
import type { ScreenStory } from './knowledge/screen/read-screen.ts';

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
  const known = matches.map((entry) => explain(entry, checks, seen, spellings.get(entry)));
  const verdict = isKnown ? verdictOnStory(story, known) : 'not-understood';
  return {
    known,
    isKnown,
    ...(verdict === undefined ? {} : { verdict }),
    ...(story.lines.length > 1 || story.unknownLines > 0 ? { screen: toldScreen(story) } : {}),
  };
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
  const isAtItsEnd = lines.some(
    ({ entries }) =>
      STAGES_ON_SCREEN.indexOf(entries[0]?.stage ?? 'link') >= STAGES_ON_SCREEN.indexOf('kernel'),
  );
  return unknownLines === 0 && (isNormal || isAtItsEnd) ? 'healthy' : 'not-understood';
}
