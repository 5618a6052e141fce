import { fatal, FIRST_PLACE, placeOf, type SeedProblem } from './seed-problem.ts';

/** A script for Alpine's live system, which its kernel and its shell take as it is. */
export function checkAlpine(text: string): readonly SeedProblem[] {
  if (!text.startsWith('#!')) return [fatal('its first line names no program: #!/bin/sh', FIRST_PLACE)];
  const end = text.indexOf('\r\n');
  return end < 0
    ? []
    : [fatal('its lines end as on Windows (CR LF), and no shell takes that', placeOf(text, end))];
}
