/** One line of the table. */
export interface BenchRow {
  readonly group: string;
  readonly what: string;
  readonly unit: string;
  readonly pxectl: number;
  /** other programs on the same task in the same run */
  readonly peers: Readonly<Record<string, number>>;
  /** whether more is better, for the ratio */
  readonly isMoreBetter: boolean;
  /** what DESIGN promises, in words; empty when it promises nothing */
  readonly promise: string;
  readonly isKept: boolean;
}

/** pxectl against a peer, above 1 is better. */
export function ratioOf(row: BenchRow, peer: number): number {
  return row.isMoreBetter ? row.pxectl / peer : peer / row.pxectl;
}

/** A Markdown table for each group. */
export function rowsAsMarkdown(rows: readonly BenchRow[]): string {
  const groups = [...new Set(rows.map((row) => row.group))];
  return groups
    .map((group) => {
      const own = rows.filter((row) => row.group === group);
      const peers = [...new Set(own.flatMap((row) => Object.keys(row.peers)))];
      const header = ['', 'pxectl', ...peers.flatMap((peer) => [peer, 'ratio']), 'promise'];
      const lines = own.map((row) => [
        `${row.what}, ${row.unit}`,
        number(row.pxectl),
        ...peers.flatMap((peer) => {
          const value = row.peers[peer];
          return value === undefined ? ['', ''] : [number(value), `${ratioOf(row, value).toFixed(2)}×`];
        }),
        row.promise === '' ? '' : `${row.promise}: ${row.isKept ? 'kept' : '**not kept**'}`,
      ]);
      const ruler = header.map((_, index) => (index === 0 ? '---' : '---:'));
      return [
        `### ${group}`,
        '',
        ...[header, ruler, ...lines].map((cells) => `| ${cells.join(' | ')} |`),
      ].join('\n');
    })
    .join('\n\n');
}

function number(value: number): string {
  if (!Number.isFinite(value)) return 'failed';
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
}
