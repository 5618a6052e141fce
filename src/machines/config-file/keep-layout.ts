import { isDeepStrictEqual } from 'node:util';
import { diffArrays } from 'diff';
import { parse, parseDocument, type Document } from 'yaml';
import { changedLines } from './paired-lines.ts';

const FORMAT = { lineWidth: 0 } as const;

/**
 * The text of a changed document in which every line that the change does not touch is the one of `before`: blanks inside
 * brackets and before comments are somebody's own, and yaml writes them its own way.
 */
export function keepLayout(before: string, changed: Document): string {
  const after = changed.toString(FORMAT);
  const unchanged = parseDocument(before).toString(FORMAT);
  if (unchanged === after) return before;
  const plain = unchanged.split('\n');
  const own = linesFor(plain, before.split('\n'));
  // lines that do not stand for each other cannot be kept
  if (own === undefined) return after;
  const text = keptLines(plain, own, after.split('\n')).join('\n');
  return isDeepStrictEqual(readOrNothing(text), readOrNothing(after)) ? text : after;
}

function keptLines(
  plain: readonly string[],
  own: readonly (readonly string[])[],
  after: string[],
): readonly string[] {
  if (changedLines(plain, after) !== undefined) {
    return after.flatMap((line, index) => (line === plain[index] ? (own[index] ?? []) : [line]));
  }
  let at = 0;
  return diffArrays([...plain], after).flatMap(({ added, removed, value }) => {
    if (added) return value;
    const lines = own.slice(at, at + value.length);
    at += value.length;
    return removed ? [] : lines.flat();
  });
}

/** The lines of somebody's own file for each line that yaml would write: it puts blank lines in and leaves some out. */
function linesFor(
  plain: readonly string[],
  own: readonly string[],
): readonly (readonly string[])[] | undefined {
  let at = 0;
  const lines = plain.map((line) => {
    const taken: string[] = [];
    if (line === '') return own[at] === '' ? [own[at++] ?? ''] : taken;
    while (own[at] === '') taken.push(own[at++] ?? '');
    return at < own.length ? [...taken, own[at++] ?? ''] : taken;
  });
  return own.slice(at).every((line) => line === '') ? lines : undefined;
}

function readOrNothing(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}
