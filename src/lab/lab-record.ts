import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { environmentError } from '../model/errors.ts';
import { readTextIfThere, writeFileAtomic } from '../platform/files.ts';
import { identityOf, isSameProcessAlive, type ProcessIdentity } from '../platform/process-identity.ts';
import { removeNamespaces } from './namespaces.ts';

/** What a virtual LAN has made, on disk as `lab.json`, so that anybody can take it away completely. */
export interface LabRecord {
  readonly schema: 'pxectl.lab-state/1';
  readonly id: string;
  /** the process that runs the lab; while it lives, the lab is nobody else's business */
  readonly owner: ProcessIdentity;
  readonly namespaces: readonly string[];
  readonly processes: readonly (ProcessIdentity & { readonly name: string })[];
}

const FILE_NAME = 'lab.json';
const NAMESPACE_NAME = /^pxl[a-z0-9]+-[a-z0-9]+$/;

/**
 * Makes a lab's folder with a record that says whose it is, so that from the first moment nobody clears it away.
 * @throws PxectlError E_LAB where there is no /proc
 */
export async function claimLabFolder(folder: string, id: string): Promise<LabRecord> {
  const owner = await identityOf(process.pid);
  if (owner === undefined) {
    throw environmentError('E_LAB', {
      what: 'the lab needs Linux',
      why: 'it is made of network namespaces, and there is no /proc here',
      next: 'run it on a Linux machine, or in a Linux virtual machine',
    });
  }
  const record: LabRecord = { schema: 'pxectl.lab-state/1', id, owner, namespaces: [], processes: [] };
  await writeLabRecord(folder, record);
  return record;
}

/** Writes the record; folders are made. */
export async function writeLabRecord(folder: string, record: LabRecord): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFileAtomic(join(folder, FILE_NAME), `${JSON.stringify(record, undefined, 2)}\n`);
}

/** The record of one lab folder; undefined when there is none or it is not ours. */
export async function readLabRecord(folder: string): Promise<LabRecord | undefined> {
  const text = await readTextIfThere(join(folder, FILE_NAME));
  if (text === undefined) return undefined;
  try {
    const record = JSON.parse(text) as LabRecord;
    const isOurs =
      record.schema === 'pxectl.lab-state/1' &&
      record.namespaces.every((name) => NAMESPACE_NAME.test(name)) &&
      record.processes.every((p) => Number.isInteger(p.pid) && typeof p.startTime === 'string');
    return isOurs ? record : undefined;
  } catch {
    return undefined;
  }
}

/** Ends the processes and removes the namespaces of a record, then the record itself. Idempotent. */
export async function tearDownLab(folder: string, record: LabRecord): Promise<void> {
  await removeNamespaces(record.namespaces, record.processes);
  await rm(join(folder, FILE_NAME), { force: true });
}

/** A lab that an earlier run left behind, and what was taken away. */
export interface SweptLab {
  readonly id: string;
  readonly folder: string;
  readonly namespaces: readonly string[];
  readonly processes: readonly string[];
}

/**
 * Takes away what killed runs left below `root` (one folder a lab): processes, namespaces and the folder.
 * A lab whose owner still runs is left alone, and so is the folder of a run that ended in good order. A dry run only
 * tells what would go.
 */
export async function sweepLabs(root: string, isDryRun = false): Promise<SweptLab[]> {
  const swept: SweptLab[] = [];
  for (const folder of await labFolders(root)) {
    const record = await readLabRecord(folder);
    if (record === undefined || (await isSameProcessAlive(record.owner))) continue;
    if (!isDryRun) {
      await tearDownLab(folder, record);
      await rm(folder, { recursive: true, force: true });
    }
    swept.push({
      id: record.id,
      folder,
      namespaces: record.namespaces,
      processes: record.processes.map((p) => `${p.name} (pid ${p.pid})`),
    });
  }
  return swept;
}

/** As `sweepLabs`, and removes the folders that failed or kept runs left for people to look at. */
export async function cleanLabs(
  root: string,
  isDryRun = false,
): Promise<{ readonly swept: readonly SweptLab[]; readonly removedFolders: readonly string[] }> {
  const swept = await sweepLabs(root, isDryRun);
  const removedFolders: string[] = [];
  for (const folder of await labFolders(root)) {
    if ((await readLabRecord(folder)) !== undefined) continue;
    if (!isDryRun) await rm(folder, { recursive: true, force: true });
    removedFolders.push(folder);
  }
  return { swept, removedFolders };
}

async function labFolders(root: string): Promise<string[]> {
  try {
    const entries = await readdir(root, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => join(root, entry.name));
  } catch {
    return [];
  }
}
