import type { FileEdit } from '../../model/fix.ts';

/** The text of one file with the edits that are about it; every other line stays as it is, comments too. */
export function applyEdits(text: string, file: string, edits: readonly FileEdit[]): string {
  const byLine = new Map<number, { replacement: string | undefined; before: string[]; after: string[] }>();
  for (const { file: edited, line, replaces, by: lines } of edits) {
    if (edited !== file) continue;
    const entry = byLine.get(line) ?? { replacement: replaces, before: [], after: [] };
    const own = lines.indexOf(replaces);
    if (own < 0) {
      // the first correction of a line counts: two would contradict each other
      if (entry.replacement === replaces) entry.replacement = lines.length === 0 ? undefined : lines[0];
      entry.after.push(...lines.slice(1));
    } else {
      entry.before.push(...lines.slice(0, own));
      entry.after.push(...lines.slice(own + 1));
    }
    byLine.set(line, entry);
  }
  const out = text.split('\n').flatMap((raw, index) => {
    const entry = byLine.get(index + 1);
    if (!entry) return [raw];
    const unique = (lines: readonly string[]): string[] => [...new Set(lines)];
    const kept =
      entry.replacement === raw.trim()
        ? [raw]
        : entry.replacement === undefined
          ? []
          : [indentedAs(raw, entry.replacement)];
    return [...unique(entry.before), ...kept, ...unique(entry.after)];
  });
  return out.join('\n');
}

/** What stands in the place of a line stands as far in as it did. */
function indentedAs(raw: string, line: string): string {
  return /^\s/.test(line) ? line : `${/^\s*/.exec(raw)?.[0] ?? ''}${line}`;
}
