import { isDeepStrictEqual } from 'node:util';
import { diffArrays } from 'diff';
import { parse, parseDocument, type Document } from 'yaml';

const FORMAT = { lineWidth: 0 } as const;

/**
 * The text of a changed document in which every line that the change does not touch is the one of `before`: blanks inside
 * brackets and before comments are somebody's own, and yaml writes them its own way.
 */
export function keepLayout(before: string, changed: Document): string {
  const after = changed.toString(FORMAT);
  const unchanged = parseDocument(before).toString(FORMAT);
  if (unchanged === after) return before;
  // blank lines at the end are not written again
  const own = before.replace(/\n+$/, '\n').split('\n');
  const plain = unchanged.split('\n');
  // lines that do not stand for each other cannot be kept
  if (own.length !== plain.length) return after;
  let at = 0;
  const kept = diffArrays(plain, after.split('\n')).flatMap(({ added, removed, value }) => {
    if (added) return value;
    const lines = own.slice(at, at + value.length);
    at += value.length;
    return removed ? [] : lines;
  });
  const text = kept.join('\n');
  return isDeepStrictEqual(readOrNothing(text), readOrNothing(after)) ? text : after;
}

function readOrNothing(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}
