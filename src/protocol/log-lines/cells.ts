/**
 * The cells of a row of a table: CSV (quoted), tab-separated, with bars. Undefined for a line that is none; an unquoted
 * line with commas is a sentence.
 */
export function cellsOf(text: string): readonly string[] | undefined {
  const trimmed = text.trim();
  if (trimmed.includes('\t')) return trimmed.split('\t').map(unquote);
  if (/^\|.*\|$/.test(trimmed)) {
    return trimmed
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim().replace(/^`+|(?<!`)`+$/g, ''));
  }
  if (/(?:^|[,;])"/.test(trimmed) && /[,;]/.test(trimmed)) return csvCells(trimmed);
  const plain = trimmed.split(/[,;]/);
  // a date with commas and a quoted message apart, unquoted exports put the program into a cell of its own
  return plain.length >= 3 &&
    plain.some((cell) => /^(?:dnsmasq|dhcpd|in\.tftpd|atftpd|kea-dhcp4)[\w-]*(?:\[\d+\])?$/.test(cell))
    ? plain
    : undefined;
}

/** RFC 4180, with comma or semicolon. */
function csvCells(row: string): readonly string[] {
  const cells: string[] = [];
  let cell = '';
  let isQuoted = false;
  for (let at = 0; at < row.length; at++) {
    const character = row.charAt(at);
    if (isQuoted) {
      if (character !== '"') cell += character;
      else if (row.charAt(at + 1) === '"') {
        cell += '"';
        at++;
      } else isQuoted = false;
    } else if (character === '"' && cell.trim() === '') {
      cell = '';
      isQuoted = true;
    } else if (character === ',' || character === ';') {
      cells.push(cell);
      cell = '';
    } else cell += character;
  }
  return [...cells, cell];
}

function unquote(cell: string): string {
  return /^".*"$/s.test(cell) ? cell.slice(1, -1).replaceAll('""', '"') : cell;
}
