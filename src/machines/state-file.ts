import { createHash } from 'node:crypto';
import { open, readFile, rename, stat } from 'node:fs/promises';
import { z } from 'zod';
import { messageOf, PxectlError, systemCodeOf } from '../model/errors.ts';
import { parseMachineKey, type MachineKey } from '../model/machine-key.ts';
import type { StateLayout } from '../model/state-layout.ts';
import { diskError, readTextIfThere, writeFileAtomic } from '../platform/files.ts';

const time = z.iso.datetime();

const installRecord = z.object({
  armed: z
    .object({
      at: time,
      by: z.string(),
      isAlways: z.boolean(),
      seed: z.string().optional(),
      image: z.string().optional(),
      token: z.string().optional(),
    })
    .optional(),
  /** the boot that fetched the seed */
  spent: z.object({ at: time, armedBy: z.string(), token: z.string().optional() }).optional(),
  reportedAt: time.optional(),
  /** its installer said that it failed */
  failed: z.object({ at: time, message: z.string() }).optional(),
  bootedAgainAt: time.optional(),
  /** nothing was heard of that boot for so long that nobody waits for it any more */
  silentAt: time.optional(),
  /** somebody disarmed it while that boot installed: its seed is closed */
  closedAt: time.optional(),
});
export type InstallRecord = z.infer<typeof installRecord>;

const stateFile = z.object({
  schema: z.literal('pxectl.machines/2'),
  machines: z.record(z.string(), installRecord),
});

export type InstallRecords = ReadonlyMap<MachineKey, InstallRecord>;

export interface ReadState {
  readonly records: InstallRecords;
  /** why the file, or what is armed in it, was not believed */
  readonly problem?: string;
  /** the file cannot be understood: it is kept aside before another is written */
  readonly isSpoilt?: boolean;
  /** what stands in the way of reading it, and so of writing: nobody knows what would be lost */
  readonly unreadable?: Error;
}

const NOTHING: InstallRecords = new Map();
const SEAL_ATTEMPTS = 6;
const SEAL_PAUSE_MS = 40;

const statePath = (layout: Pick<StateLayout, 'root'>): string => `${layout.root}/machines.json`;
const sealPath = (layout: Pick<StateLayout, 'root'>): string => `${layout.root}/machines.seal`;

/** Where it is kept what is armed. */
export const stateFiles = (layout: Pick<StateLayout, 'root'>): readonly string[] => [
  statePath(layout),
  sealPath(layout),
];

/**
 * Reads `.pxectl/machines.json`. What is armed counts only when the file is the very one that pxectl wrote here last:
 * `machines.seal` holds its inode, its change time and its hash, which no copy, restored backup or fresh clone has.
 */
export async function readState(layout: Pick<StateLayout, 'root'>): Promise<ReadState> {
  const path = statePath(layout);
  let text: string | undefined;
  try {
    text = await readTextIfThere(path);
  } catch (error) {
    return {
      records: NOTHING,
      problem: `${whyNot(error)}: nobody is armed`,
      unreadable: error instanceof Error ? error : new Error(String(error)),
    };
  }
  if (text === undefined) return { records: NOTHING };
  const records = parseState(text);
  if (records === undefined) {
    const why = isOldState(text) ? 'was written by an older pxectl' : 'cannot be read';
    return { records: NOTHING, problem: `${path} ${why}: nobody is armed`, isSpoilt: !isOldState(text) };
  }
  const armed = [...records].filter(([, record]) => record.armed !== undefined).map(([key]) => key);
  if (armed.length === 0) return { records };
  // a writer puts the file in place first and seals it then
  for (let attempt = 1; attempt <= SEAL_ATTEMPTS; attempt++) {
    if ((await readSeal(layout)) === (await sealOf(path, text))) return { records };
    await new Promise((resolve) => setTimeout(resolve, SEAL_PAUSE_MS));
    const again = await readTextIfThere(path).catch(() => undefined);
    if (again !== text) return again === undefined ? { records: NOTHING } : readState(layout);
    text = again;
  }
  const disarmed = new Map([...records].map(([key, { armed: _, ...rest }]) => [key, rest] as const));
  const problem =
    `${path} was copied, restored or changed by hand, or pxectl was killed as it wrote it: nobody is armed ` +
    `(it names ${armed.join(', ')})`;
  return { records: disarmed, problem };
}

/** A seal that cannot be read seals nothing. */
const readSeal = (layout: Pick<StateLayout, 'root'>): Promise<string | undefined> =>
  readTextIfThere(sealPath(layout)).catch(() => undefined);

const whyNot = (error: unknown): string =>
  [messageOf(error), ...(error instanceof PxectlError && error.why !== undefined ? [error.why] : [])].join(
    ': ',
  );

/**
 * Writes the records so that a power cut leaves the old ones, the new ones, or nobody armed.
 * @throws PxectlError E_DISK_FULL, E_PERMISSION
 */
export async function writeState(layout: Pick<StateLayout, 'root'>, records: InstallRecords): Promise<void> {
  const path = statePath(layout);
  const text = `${JSON.stringify({ schema: 'pxectl.machines/2', machines: Object.fromEntries(records) }, null, 2)}\n`;
  await writeFileAtomic(path, text);
  await writeFileAtomic(sealPath(layout), (await sealOf(path, text)) ?? '');
  await syncFolder(layout.root);
}

/** The way out where nothing can be written any more: without its seal the file arms nobody. */
export async function breakSeal(layout: Pick<StateLayout, 'root'>): Promise<void> {
  await rename(sealPath(layout), `${sealPath(layout)}.broken`).catch((error: unknown) => {
    if (systemCodeOf(error) !== 'ENOENT') throw diskError(error, sealPath(layout));
  });
  await syncFolder(layout.root);
}

/** Moves a file that cannot be understood out of the way of the next one. */
export async function keepAside(layout: Pick<StateLayout, 'root'>, now: string): Promise<void> {
  const path = statePath(layout);
  await rename(path, `${path}.unreadable-${now.replace(/[:.]/g, '-')}`).catch((error: unknown) => {
    if (systemCodeOf(error) !== 'ENOENT') throw diskError(error, path);
  });
}

function parseState(text: string): InstallRecords | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = stateFile.safeParse(value);
  if (!parsed.success) return undefined;
  const records = new Map<MachineKey, InstallRecord>();
  for (const [word, record] of Object.entries(parsed.data.machines)) {
    const key = parseMachineKey(word);
    if (key === undefined) return undefined;
    records.set(key, record);
  }
  return records;
}

/** `pxectl.machines/1` listed what was disarmed: everything else was armed. */
function isOldState(text: string): boolean {
  return /"schema":\s*"pxectl\.machines\/1"/.test(text);
}

async function sealOf(path: string, text: string): Promise<string | undefined> {
  try {
    const { dev, ino, ctimeNs } = await stat(path, { bigint: true });
    const sha256 = createHash('sha256').update(text).digest('hex');
    const computer = (await readFile('/etc/machine-id', 'utf8').catch(() => '')).trim();
    return `${JSON.stringify({ dev: `${dev}`, ino: `${ino}`, ctimeNs: `${ctimeNs}`, sha256, computer })}\n`;
  } catch (error) {
    if (systemCodeOf(error) === 'ENOENT') return undefined;
    throw diskError(error, path);
  }
}

/** fsync(2): a new name is on the disk only when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } catch (error) {
    throw diskError(error, folder);
  } finally {
    await handle.close();
  }
}
