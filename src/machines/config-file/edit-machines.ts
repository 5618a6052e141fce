import { isMap, isSeq, type Document, type YAMLMap } from 'yaml';
import { usageError } from '../../model/errors.ts';
import { parseMac } from '../../protocol/addresses.ts';
import { editConfig, type ConfigEdit } from './edit-config.ts';
import {
  assignmentsOf,
  MACHINE_KEYS,
  withConsole,
  type Assignment,
  type MachineEntry,
} from './machine-entry.ts';

export type MachineEdit =
  | { readonly kind: 'add'; readonly machine: MachineEntry }
  /** the word is a name, MAC address, UUID or serial number that the file has */
  | { readonly kind: 'remove'; readonly word: string }
  | { readonly kind: 'set'; readonly word: string; readonly assignments: readonly Assignment[] };

/** Changes `machines:` in the configuration file, all of it or nothing. */
export async function editMachines(
  path: string,
  isDryRun: boolean,
  edits: readonly MachineEdit[],
): Promise<ConfigEdit> {
  return editConfig(
    path,
    (document) => {
      const machines = rowsOf(document);
      const removed = new Set<YAMLMap>();
      for (const edit of edits) {
        if (edit.kind === 'add') addMachine(document, edit.machine);
        else if (edit.kind === 'remove') removed.add(machines(edit.word));
        else for (const one of edit.assignments) assign(document, machines(edit.word), one);
      }
      const list = document.get('machines');
      if (isSeq(list)) list.items = list.items.filter((item) => !isMap(item) || !removed.has(item));
    },
    isDryRun,
  );
}

/** The entry of each machine by every word that it is known by. @throws PxectlError E_USAGE for a word that is none */
function rowsOf(document: Document): (word: string) => YAMLMap {
  const rows = new Map<string, YAMLMap>();
  const list = document.get('machines');
  for (const item of isSeq(list) ? list.items : []) {
    if (!isMap(item)) continue;
    for (const key of ['serial', 'uuid', 'mac', 'name']) {
      const value = item.get(key);
      if (typeof value === 'string') rows.set(normal(key === 'uuid' ? value.toLowerCase() : value), item);
    }
  }
  return (word) => {
    const row = rows.get(normal(word));
    if (row !== undefined) return row;
    throw usageError({ what: `there is no machine ${word}`, next: 'pxectl machines lists them' });
  };
}

const normal = (word: string): string => parseMac(word) ?? word;

function addMachine(document: Document, machine: MachineEntry): void {
  const machines = document.get('machines');
  if (!isSeq(machines)) document.set('machines', document.createNode([]));
  // `machines: []` is written in one line; entries are read better one a line
  else if (machines.items.length === 0) machines.flow = false;
  document.addIn(['machines'], document.createNode(inOrder(machine), { flow: true }));
}

/** The keys in the order in which people look for them. */
function inOrder(machine: MachineEntry): Record<string, unknown> {
  const rank = (key: string): number => {
    const index = MACHINE_KEYS.findIndex((known) => known.split('.')[0] === key);
    return index < 0 ? MACHINE_KEYS.length : index;
  };
  const entries = Object.entries(machine).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries.toSorted(([one], [other]) => rank(one) - rank(other)));
}

function assign(document: Document, row: YAMLMap, { path, value: said, isConsole }: Assignment): void {
  const value = isConsole === true ? consoleIn(row, said) : said;
  if (value !== undefined) {
    // a value that stands there keeps its line and what is written beside it
    if (JSON.stringify(plainAt(row, path)) === JSON.stringify(value)) return;
    row.setIn(path, document.createNode(value, { flow: true }));
    return;
  }
  if (!row.hasIn(path)) return;
  row.deleteIn(path);
  const parent = path.length > 1 ? row.get(path[0]) : undefined;
  if (isMap(parent) && parent.items.length === 0) row.delete(path[0]);
}

function consoleIn(row: YAMLMap, device: unknown): readonly string[] | undefined {
  const words = plainAt(row, ['arguments']);
  const changed = withConsole(Array.isArray(words) ? (words as readonly string[]) : [], device);
  return changed.length === 0 ? undefined : changed;
}

function plainAt(row: YAMLMap, path: readonly string[]): unknown {
  const plain = row.toJSON() as Record<string, unknown>;
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[step] : undefined,
    plain,
  );
}

/** What an edit of `set` writes for a whole entry, key by key. */
export const setAll = (word: string, entry: MachineEntry): MachineEdit => ({
  ...{ kind: 'set', word, assignments: assignmentsOf(entry) },
});
