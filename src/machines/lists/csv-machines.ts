import {
  assignmentsOf,
  MACHINE_KEYS,
  readAssignment,
  withConsole,
  type Assignment,
  type MachineEntry,
} from '../config-file/machine-entry.ts';
import { csvLine, readCsv } from './csv-table.ts';
import type { ListedMachine, ListProblem, MachineList } from './machine-list.ts';

/** A table whose first line names keys of a machine; an empty cell says nothing. */
export function readCsvMachines(text: string): MachineList {
  const { rows, unclosedLine } = readCsv(text);
  const [head, ...body] = rows;
  const problems: ListProblem[] = [];
  const machines: ListedMachine[] = [];
  if (unclosedLine !== undefined) problems.push({ line: unclosedLine, what: 'a quote is never closed' });
  if (head === undefined)
    return { machines, problems: [...problems, { line: 1, what: 'the table is empty' }] };
  const keys = head.cells.map((cell) => cell.trim());
  const unknown = new Set<string>();
  for (const key of keys) {
    const read = readAssignment(key, '');
    if ('assignment' in read) continue;
    problems.push({ line: head.line, ...read });
    unknown.add(key);
  }
  for (const { line, cells } of body) {
    if (cells.length > keys.length) {
      problems.push({ line, what: `there are ${cells.length} cells under ${keys.length} headings` });
      continue;
    }
    const assignments = keys.flatMap((key, column): Assignment[] => {
      const text = cells[column] ?? '';
      if (text.trim() === '' || unknown.has(key)) return [];
      const read = readAssignment(key, text);
      if ('assignment' in read) return [read.assignment];
      problems.push({ line, ...read });
      return [];
    });
    machines.push({ line, entry: entryOf(assignments) });
  }
  return { machines, problems };
}

/** An entry made of single values. */
function entryOf(assignments: readonly Assignment[]): MachineEntry {
  const entry: Record<string, unknown> = {};
  // a console joins the arguments, wherever its column stands
  const inOrder = assignments.toSorted(
    (one, other) => Number(one.isConsole === true) - Number(other.isConsole === true),
  );
  for (const { path, value, isConsole } of inOrder) {
    const [key = '', inner] = path;
    if (isConsole === true) {
      entry[key] = withConsole((entry[key] ?? []) as readonly string[], value);
      continue;
    }
    entry[key] = inner === undefined ? value : { ...(entry[key] as object | undefined), [inner]: value };
  }
  return entry;
}

/** The machines as a table that `readCsvMachines` reads back. */
export function writeCsvMachines(entries: readonly MachineEntry[]): string {
  const rows = entries.map(
    (entry) => new Map(assignmentsOf(entry).map(({ path, value }) => [path.join('.'), cellOf(path, value)])),
  );
  const used = new Set(rows.flatMap((row) => [...row.keys()]));
  const keys = [
    ...MACHINE_KEYS.filter((key) => used.has(key)),
    ...[...used].filter((key) => !MACHINE_KEYS.includes(key)).toSorted(),
  ];
  return [keys, ...rows.map((row) => keys.map((key) => row.get(key) ?? ''))].map(csvLine).join('\n');
}

function cellOf([key]: readonly string[], value: unknown): string {
  if (key === 'arguments' && Array.isArray(value)) return value.join(' ');
  if (typeof value !== 'string') return JSON.stringify(value);
  // text that YAML would read as something else
  return key === 'vars' && isOtherInYaml(value) ? JSON.stringify(value) : value;
}

function isOtherInYaml(text: string): boolean {
  const read = readAssignment('vars.x', text);
  return 'assignment' in read && read.assignment.value !== text;
}
