import { formatTable } from './table.ts';

const WIDTH = 80;
const GAP = 2;

/**
 * A table that is no wider than a terminal: cells are cut, as `cuts` says in its order: which column, to how many characters
 * at least. `--json` has them whole.
 */
export function fittedTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  cuts: readonly (readonly [column: number, least: number])[],
): string {
  const widths = headings.map((heading, column) =>
    rows.reduce((width, row) => Math.max(width, row[column]?.length ?? 0), heading.length),
  );
  const room = (): number => WIDTH - widths.reduce((sum, width) => sum + width, GAP * (widths.length - 1));
  for (const [column, least] of cuts) {
    const width = widths[column] ?? 0;
    widths[column] = Math.min(width, Math.max(least, width + room()));
  }
  const cut = (text: string, width: number): string =>
    text.length <= width ? text : `${text.slice(0, width - 1)}…`;
  return formatTable(
    headings,
    rows.map((row) => row.map((cell, column) => cut(cell, widths[column] ?? cell.length))),
  );
}
