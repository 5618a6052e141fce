import { placeOf, type SeedPlace } from './seed-problem.ts';

/** Where a stretch of filled text comes from. */
export interface TextOrigin {
  readonly at: SeedPlace;
  /** text of the template itself, character by character; else a value that stands for one place */
  readonly isVerbatim: boolean;
}

export interface FilledText {
  readonly text: string;
  /** where in the template a place of the text comes from */
  readonly placeAt: (place: SeedPlace) => SeedPlace;
}

/** What says in the filled text where the next stretch comes from: `mark` is of this template alone. */
export const originMark = (mark: string, index: number): string => `${mark}${index};`;

/** Takes the marks out of a filled text, and remembers them. */
export function readPlaces(marked: string, origins: readonly TextOrigin[], mark: string): FilledText {
  const parts = marked.split(mark);
  const stretches: { readonly offset: number; readonly origin: TextOrigin }[] = [];
  let text = parts[0] ?? '';
  for (const part of parts.slice(1)) {
    const end = part.indexOf(';');
    const origin = origins[Number(part.slice(0, end))];
    if (origin !== undefined) stretches.push({ offset: text.length, origin });
    text += part.slice(end + 1);
  }
  return {
    text,
    placeAt({ line, column }) {
      const offset = offsetOf(text, { line, column });
      const stretch = stretches.findLast((candidate) => candidate.offset <= offset);
      if (stretch === undefined) return { line, column };
      const { origin } = stretch;
      if (!origin.isVerbatim) return origin.at;
      const inside = placeOf(text.slice(stretch.offset), offset - stretch.offset);
      return inside.line === 1
        ? { line: origin.at.line, column: origin.at.column + inside.column - 1 }
        : { line: origin.at.line + inside.line - 1, column: inside.column };
    },
  };
}

function offsetOf(text: string, { line, column }: SeedPlace): number {
  let start = 0;
  for (let at = 1; at < line; at++) {
    const end = text.indexOf('\n', start);
    if (end === -1) return text.length;
    start = end + 1;
  }
  return start + column - 1;
}
