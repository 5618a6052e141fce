import { findingEntry } from './finding-entry.ts';
import type { KnowledgeEntry } from './knowledge-entry.ts';
import { nearestEntries } from './screen/likeness.ts';
import { isSetting, readScreen, type ScreenStory } from './screen/read-screen.ts';

export interface LookUpResult {
  /** false: nothing fits, `matches` are the nearest, if any is near */
  readonly isKnown: boolean;
  /** most likely first */
  readonly matches: readonly KnowledgeEntry[];
  /** every understood line in its place; empty for what is no screen */
  readonly story: ScreenStory;
}

/** Of a longer console the end is read: it shows where the boot stands. */
const MAX_INPUT = 1_000_000;
/** No screen is wider, nor a line of a serial console; what is longer makes expressions slow. */
const MAX_LINE = 1_000;
/** The nearest of these last ones. */
const MAX_GUESSED_LINES = 1_000;
const MAX_MATCHES = 8;
const NO_STORY: ScreenStory = { lines: [], unknownLines: 0 };

/**
 * What a code, a line, a URL or a whole screen means. Codes count in any spelling that screens have
 * (`PXE-E21 : Remote boot canceled`, `pxe e21`, `https://ipxe.org/2d0c618e`); where one code has two meanings the
 * words beside it decide, and both are returned when there are none. The id of a finding of pxectl counts as well.
 */
export function lookUp(input: string): LookUpResult {
  const text = input
    .slice(-MAX_INPUT)
    .split('\n')
    .map((line) => line.slice(0, MAX_LINE))
    .join('\n');
  const finding = findingEntry(text);
  if (finding !== undefined) return { isKnown: true, matches: [finding], story: NO_STORY };
  const story = readScreen(text);
  const causes = story.lines.filter(({ part }) => part === 'cause' || part === 'last');
  // a screen of harmless lines is known too
  const told = causes.length > 0 ? causes : story.lines.slice(-1);
  const matches = [...new Set(told.flatMap(({ entries }) => entries))].slice(0, MAX_MATCHES);
  if (matches.length > 0) return { isKnown: true, matches, story };
  return {
    isKnown: false,
    matches: nearestEntries(
      text
        .split('\n')
        .slice(-MAX_GUESSED_LINES)
        .filter((line) => !isSetting(line)),
    ),
    story: NO_STORY,
  };
}
