export interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
}

/** A table with commas, semicolons or tabs between its cells, as RFC 4180 quotes them; empty lines and `#` lines are none. */
export function readCsv(text: string): { readonly rows: readonly CsvRow[]; readonly unclosedLine?: number } {
  const body = text.replace(/^\ufeff/, '');
  const [head = ''] = body.split('\n', 1);
  const delimiter = [';', '\t'].find((one) => head.includes(one) && !head.includes(',')) ?? ',';
  const rows: CsvRow[] = [];
  let cells: string[] = [];
  let cell = '';
  let isQuoted = false;
  let line = 1;
  let startLine = 1;
  const endRow = (): void => {
    cells.push(cell);
    if (cells.some((one) => one.trim() !== '') && !(cells[0] ?? '').trimStart().startsWith('#')) {
      rows.push({ line: startLine, cells });
    }
    cells = [];
    cell = '';
  };
  for (let index = 0; index < body.length; index += 1) {
    const character = body[index];
    if (character === '\n') line += 1;
    if (isQuoted) {
      if (character !== '"') cell += character;
      else if (body[index + 1] === '"') {
        cell += '"';
        index += 1;
      } else isQuoted = false;
    } else if (character === '"' && cell.trim() === '') {
      cell = '';
      isQuoted = true;
    } else if (character === delimiter) {
      cells.push(cell);
      cell = '';
    } else if (character === '\n') {
      endRow();
      startLine = line;
    } else if (character !== '\r') cell += character;
  }
  if (isQuoted) return { rows, unclosedLine: startLine };
  endRow();
  return { rows };
}

/** One line of a table. */
export function csvLine(cells: readonly string[]): string {
  return cells
    .map((cell) => (/[",\n\r;\t]|^\s|\s$|^#/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell))
    .join(',');
}
