import { formatTable } from './table.ts';

const GAP = 2;

/** Of the terminal that it is for; a pipe or a file takes everything. */
const widthOfOutput = (): number => (process.stdout.isTTY ? process.stdout.columns || 80 : Infinity);

/**
 * A table that is no wider than the terminal: cells are cut, as `cuts` says in its order: which column, to how many characters
 * at least. Pipes and `--json` have them whole.
 */
export function fittedTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  cuts: readonly (readonly [column: number, least: number])[],
  wanted = widthOfOutput(),
): string {
  const widths = headings.map((heading, column) =>
    rows.reduce((width, row) => Math.max(width, row[column]?.length ?? 0), heading.length),
  );
  const room = (): number => wanted - widths.reduce((sum, width) => sum + width, GAP * (widths.length - 1));
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
