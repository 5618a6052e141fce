/** so many lines around a change are shown with it */
const CONTEXT = 4;

/**
 * Where two texts differ line by line, when each line still stands in its place: comparing thousands of changed lines in every
 * way takes the square of their number. Undefined when a line has moved, or one has come or gone.
 */
export function changedLines(
  before: readonly string[],
  after: readonly string[],
): readonly number[] | undefined {
  if (before.length !== after.length) return undefined;
  const changed = before.flatMap((line, index) => (line === after[index] ? [] : [index]));
  const gone = new Set(changed.map((index) => before[index]));
  return changed.some((index) => gone.has(after[index])) ? undefined : changed;
}

/** Those lines as hunks of a unified difference. */
export function hunksOf(
  before: readonly string[],
  after: readonly string[],
  changed: readonly number[],
): string {
  const hunks: { from: number; to: number }[] = [];
  for (const index of changed) {
    const last = hunks.at(-1);
    const to = Math.min(before.length, index + CONTEXT + 1);
    if (last !== undefined && index - CONTEXT <= last.to) last.to = to;
    else hunks.push({ from: Math.max(0, index - CONTEXT), to });
  }
  return hunks.map(({ from, to }) => hunkText(before.slice(from, to), after.slice(from, to), from)).join('');
}

function hunkText(before: readonly string[], after: readonly string[], from: number): string {
  const size = before.length;
  const lines = [`@@ -${from + 1},${size} +${from + 1},${size} @@`];
  let added: string[] = [];
  for (const [index, line] of before.entries()) {
    const now = after[index] ?? '';
    if (line !== now) {
      lines.push(`-${line}`);
      added.push(`+${now}`);
      continue;
    }
    lines.push(...added, ` ${line}`);
    added = [];
  }
  return `${[...lines, ...added].join('\n')}\n`;
}
