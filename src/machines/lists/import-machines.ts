import { basename, dirname, resolve } from 'node:path';
import { readConfigSource } from '../../model/config-file.ts';
import { PxectlError, usageError } from '../../model/errors.ts';
import { machineLookup, wordOf } from '../../model/find-machines.ts';
import type { Config, Machine } from '../../model/config.ts';
import { parseMac } from '../../protocol/addresses.ts';
import type { ConfigEdit } from '../config-file/edit-config.ts';
import { editMachines, setAll, type MachineEdit } from '../config-file/edit-machines.ts';
import type { MachineEntry } from '../config-file/machine-entry.ts';
import { isOpenSeed } from '../config-file/seed-path.ts';
import { newLogins } from '../power/new-logins.ts';
import { readCsvMachines } from './csv-machines.ts';
import { readDnsmasqHosts, readIscHosts } from './host-lists.ts';
import {
  formatOfList,
  type ListedMachine,
  type ListFormat,
  type ListProblem,
  type MachineList,
} from './machine-list.ts';
import { readStructuredMachines } from './structured-machines.ts';

export interface ImportInput {
  readonly configPath: string;
  readonly config: Config;
  /** name and text of the list */
  readonly path: string;
  readonly text: string;
  readonly format?: ListFormat | undefined;
  /** for machines whose line names none */
  readonly profile?: string | undefined;
  readonly isDryRun: boolean;
  /** asked before a secret goes where the configuration has sent it to nobody yet; throws when it must not */
  readonly allow: (logins: readonly string[]) => Promise<void>;
}

export interface ImportOutcome {
  readonly edit: ConfigEdit;
  readonly added: readonly MachineEntry[];
  /** machines that were there, and are written as the list says; some may say that already */
  readonly there: readonly Machine[];
}

const READERS: Readonly<Record<ListFormat, (text: string) => MachineList>> = {
  csv: readCsvMachines,
  yaml: readStructuredMachines,
  json: readStructuredMachines,
  'isc-dhcpd': readIscHosts,
  dnsmasq: readDnsmasqHosts,
};

/**
 * Takes a list of machines over into pxectl.yaml: who is there already is changed as the list says, everyone else is added.
 * All of it or nothing.
 * @throws PxectlError E_USAGE with the line of everything that is wrong
 */
export async function importMachines(input: ImportInput): Promise<ImportOutcome> {
  const { configPath, config, path, text, profile, isDryRun } = input;
  const read = READERS[input.format ?? formatOfList(text, basename(path))](text);
  const listed = read.machines.map(({ line, entry }): ListedMachine => ({
    line,
    entry: profile === undefined || entry.profile !== undefined ? entry : { ...entry, profile },
  }));
  const problems = [
    ...read.problems,
    ...doubles(listed),
    ...seedsElsewhere(listed, config, dirname(configPath)),
  ];
  const broken = new Set(problems.map(({ line }) => line));
  const lookUp = machineLookup(config);
  const edits: MachineEdit[] = [];
  const added: ListedMachine[] = [];
  const there = new Map<Machine, ListedMachine>();
  for (const one of listed) {
    if (broken.has(one.line)) continue;
    const known = machinesOf(one.entry, lookUp);
    const [machine] = known;
    if (known.length > 1) {
      const names = known.map(({ name }) => name).join(' and ');
      problems.push({
        line: one.line,
        what: `it is ${names} at once`,
        why: 'its name and addresses belong to different machines',
      });
    } else if (machine === undefined) {
      edits.push({ kind: 'add', machine: one.entry });
      added.push(one);
    } else {
      edits.push(setAll(wordOf(machine), one.entry));
      there.set(machine, one);
    }
  }
  try {
    if (!isDryRun && problems.length === 0 && listed.some(({ entry }) => entry.power !== undefined)) {
      // a list is mostly somebody else's, and a password is told to whom it names
      const { text: changed } = await editMachines(configPath, true, edits);
      const logins = newLogins(config, configPath, changed);
      if (logins.length > 0) await input.allow(logins);
    }
    // of a list with mistakes, what the file itself would refuse of its other lines is told with them
    const edit = await editMachines(configPath, isDryRun || problems.length > 0, edits);
    if (problems.length === 0)
      return { edit, added: added.map(({ entry }) => entry), there: [...there.keys()] };
  } catch (error) {
    const lines = [
      ...config.machines.map((machine) => there.get(machine)?.line),
      ...added.map(({ line }) => line),
    ];
    const placed = problemsOf(error, lines);
    if (placed.length === 0 && problems.length === 0) throw error;
    problems.push(...placed);
  }
  throw refused(path, problems);
}

/** Machines that the file has under any word of this entry. */
function machinesOf(entry: MachineEntry, lookUp: (word: string) => Machine | undefined): readonly Machine[] {
  const words = [entry.mac, entry.uuid, entry.serial, entry.name];
  const found = words.map((word) => (word === undefined ? undefined : lookUp(word)));
  return [...new Set(found.filter((machine) => machine !== undefined))];
}

/** Two lines of one list must not be one machine. */
function doubles(listed: readonly ListedMachine[]): ListProblem[] {
  const seen = new Map<string, number>();
  return listed.flatMap(({ line, entry }) =>
    (['mac', 'uuid', 'serial', 'name'] as const).flatMap((key): ListProblem[] => {
      const value = entry[key];
      if (value === undefined) return [];
      const word = `${key} ${key === 'mac' ? (parseMac(value) ?? value) : key === 'uuid' ? value.toLowerCase() : value}`;
      const earlier = seen.get(word);
      if (earlier === undefined) seen.set(word, line);
      return earlier === undefined ? [] : [{ line, what: `${word} stands in line ${earlier} already` }];
    }),
  );
}

/** A list is mostly somebody else's, and a seed is given out: what it names is no file of elsewhere. */
function seedsElsewhere(listed: readonly ListedMachine[], config: Config, folder: string): ListProblem[] {
  const known = new Set(config.machines.map(({ install }) => install && resolve(folder, install.seed)));
  return listed.flatMap(({ line, entry }) => {
    const seed = entry.install?.seed;
    if (seed === undefined) return [];
    if (isOpenSeed(seed, folder) || known.has(resolve(folder, seed))) return [];
    const why = `a list names seeds beside the configuration alone: pxectl machines set ${wordOfEntry(entry)} install.seed=${seed} names another`;
    return [{ line, what: `the seed ${seed} is not in ${folder}, or is hidden there`, why }];
  });
}

const wordOfEntry = ({ name, mac }: MachineEntry): string => name ?? mac ?? 'NAME';

/** What the checks of pxectl.yaml say of the changed file, with the line of the list that brought it; empty when another one did. */
function problemsOf(error: unknown, lines: readonly (number | undefined)[]): readonly ListProblem[] {
  const { cause } = error instanceof Error ? error : { cause: undefined };
  const details = cause instanceof PxectlError ? cause.details?.['problems'] : undefined;
  const problems = (details ?? []) as readonly { path?: string; what: string; why?: string }[];
  const own = problems.flatMap(({ path: at = '', what, why }): ListProblem[] => {
    const line = lines[Number(/^machines\.(\d+)/.exec(at)?.[1] ?? -1)];
    return line === undefined ? [] : [{ line, what, ...(why === undefined ? {} : { why }) }];
  });
  return own.length < problems.length ? [] : own;
}

function refused(path: string, problems: readonly ListProblem[]): PxectlError {
  const inOrder = problems.toSorted((one, other) => one.line - other.line);
  const lineOf = ({ line, what }: ListProblem): string => `${path}:${line}: ${what}`;
  const [first, ...others] = inOrder;
  const why = [
    ...(first?.why === undefined ? [] : [first.why]),
    ...others.map((other) => `also ${lineOf(other)}${other.why === undefined ? '' : `: ${other.why}`}`),
  ];
  return usageError({
    what: first === undefined ? path : lineOf(first),
    ...(why.length === 0 ? {} : { why: why.join('\n') }),
    next: 'nothing is imported: mend the list, and run the same command again',
    details: { file: path, problems: inOrder },
  });
}

/** The machines of the file as they are written there, for those that are wanted. */
export function writtenEntries(
  text: string,
  place: { readonly path: string; readonly stateRoot: string },
  wanted: readonly Machine[],
): readonly MachineEntry[] {
  const { config, file } = readConfigSource(text, place);
  const names = new Set(wanted.map(({ name }) => name));
  return (file.machines ?? []).filter((_, index) => names.has(config.machines[index]?.name ?? ''));
}
