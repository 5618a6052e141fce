import type { Finding } from '../../model/finding.ts';
import { rangesOf, verdictOn, type PassedOver, type Reading } from '../../model/verdict.ts';

/** What helps where a configuration was not wholly given. */
const ADVICE = [
  'all files of the configuration, filled in: pxectl doctor --config FILE --config FOLDER',
  'where its files lie: --root FOLDER, or --here for this computer',
];

/** Where a text says something. */
interface Place {
  readonly line: number;
  readonly raw: string;
}

/** What was passed over in these places; nothing where there are none. */
export function passedPlaces(what: string, places: readonly Place[]): readonly PassedOver[] {
  const [first] = places;
  if (first === undefined) return [];
  const at = rangesOf(places.map(({ line }) => line));
  return [{ what, count: places.length, at, example: first.raw, matters: true }];
}

/** The same of lines of a text. */
export function passedLines(what: string, numbers: readonly number[], text: string): readonly PassedOver[] {
  const lines = text.split(/\r?\n/);
  return passedPlaces(
    what,
    numbers.map((line) => ({ line, raw: lines[line - 1]?.trim() ?? '' })),
  );
}

/** What was read of a configuration, and what that says: with advice where it was not wholly understood. */
export function textReading(
  findings: readonly Finding[],
  about: Pick<Reading, 'source' | 'kind' | 'read' | 'passedOver' | 'limits'>,
): Reading {
  const isWhole = about.limits.length === 0 && about.passedOver.length === 0;
  return { ...about, verdict: verdictOn(findings, about), advice: isWhole ? [] : ADVICE };
}
