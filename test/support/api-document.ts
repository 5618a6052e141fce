import { z } from 'zod';
import { CONTROL_API } from '../../src/control/api.ts';
import { namesInPath, type Operation } from '../../src/control/operation.ts';

export const API_DOCUMENT = 'docs/api.md';
const BEGIN = '<!-- operations: npx tsx test/support/write-api-doc.ts -->';
const END = '<!-- end of operations -->';

/** The document with the table of operations as the program has it. */
export function withOperations(text: string): string {
  const rows = Object.values(CONTROL_API).map((operation: Operation) => [
    `\`${operation.method} ${operation.path}\``,
    valuesOf(operation),
    operation.about,
  ]);
  const table = [['operation', 'takes', 'what'], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  const [head = [], ...body] = table;
  const before = text.slice(0, text.indexOf(BEGIN));
  const after = text.slice(text.indexOf(END));
  return `${before}${BEGIN}\n\n${[line(head), rule, ...body.map(line)].join('\n')}\n\n${after}`;
}

function valuesOf({ input, path }: Operation): string {
  const { properties = {}, required = [] } = z.toJSONSchema(input, { io: 'input' });
  const names = Object.keys(properties).filter((name) => !namesInPath(path).includes(name));
  return names.map((name) => (required.includes(name) ? `\`${name}\`` : `[\`${name}\`]`)).join(', ');
}
