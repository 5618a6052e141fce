import type { CheckResult } from './checks/check.ts';
import type { DoctorResult, ToldScreen } from './doctor-result.ts';
import { explain } from './explain.ts';
import { lookUp } from './knowledge/look-up.ts';
import type { ScreenStory } from './knowledge/screen/read-screen.ts';

/** What a code, a text or a screen means, with what the checks and the other lines of the screen say to it. */
export function answerText(
  text: string,
  checks: readonly CheckResult[],
): Pick<DoctorResult, 'known' | 'isKnown' | 'screen'> {
  const { isKnown, matches, story } = lookUp(text);
  const seen = new Map(
    story.lines.flatMap((line) => line.entries.map((entry) => [entry.id, line.text] as const)),
  );
  return {
    known: matches.map((entry) => explain(entry, checks, seen)),
    isKnown,
    ...(story.lines.length > 1 || story.unknownLines > 0 ? { screen: toldScreen(story) } : {}),
  };
}

function toldScreen({ lines, unknownLines }: ScreenStory): ToldScreen {
  return {
    lines: lines.map(({ line, text, part, entries, note }) => ({
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
