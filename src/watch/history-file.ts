import { isOver, outcomeOf } from '../model/boot-outcome.ts';
import type { StateLayout } from '../model/state-layout.ts';
import { diskError, openToAppend, readTextIfThere, writeFileAtomic } from '../platform/files.ts';
import { Slices } from '../platform/slices.ts';
import { macOfRecord, parseRecord, type RecordedBoot } from './boot-record.ts';

/** How much of the past is kept. */
export interface HistoryBounds {
  readonly maxBoots: number;
  readonly maxBytes: number;
}

export const HISTORY_BOUNDS: HistoryBounds = { maxBoots: 10_000, maxBytes: 16 * 1024 * 1024 };

export const historyPath = ({ root }: Pick<StateLayout, 'root'>): string => `${root}/history.jsonl`;

/** Every boot of the history, oldest first. A boot of which more became known stands there once, as it was last. */
export async function readHistory(layout: Pick<StateLayout, 'root'>): Promise<readonly RecordedBoot[]> {
  const boots = new Map<string, RecordedBoot>();
  const slices = new Slices();
  for (const line of await recordLines(layout)) {
    const boot = parseRecord(line);
    if (boot !== undefined) boots.set(boot.id, boot);
    if (slices.isOver) await slices.rest();
  }
  return withEnds([...boots.values()].sort(byStart), Date.now());
}

/** A boot that went on when pxectl stopped is over by now, or when its machine booted again. */
function withEnds(boots: readonly RecordedBoot[], nowMs: number): readonly RecordedBoot[] {
  const latest = new Map(boots.map((boot) => [boot.mac, boot]));
  return boots.map((boot) => {
    const isEnded = boot.outcome === 'running' && (latest.get(boot.mac) !== boot || isOver(boot, nowMs));
    return isEnded ? { ...boot, outcome: outcomeOf(boot, true) } : boot;
  });
}

/** Times in UTC of one length sort as text. */
export const byStart = (one: { readonly startedAt: string }, other: { readonly startedAt: string }): number =>
  Number(one.startedAt > other.startedAt) - Number(one.startedAt < other.startedAt);

/**
 * Whether what events tell of a machine's boot is news beside the last one that is recorded: of a boot that ended as that did and
 * began later, the first events are gone, and maybe what was wrong.
 */
export const supersedes = (
  boot: Pick<RecordedBoot, 'startedAt' | 'lastEventAt'>,
  recorded: Pick<RecordedBoot, 'startedAt' | 'lastEventAt'> | undefined,
): boolean =>
  recorded === undefined || recorded.lastEventAt < boot.lastEventAt || recorded.startedAt === boot.startedAt;

/** The last boot of each machine alone: most lines are not even parsed. */
export async function readLastBoots(
  layout: Pick<StateLayout, 'root'>,
): Promise<ReadonlyMap<string, RecordedBoot>> {
  const boots = new Map<string, RecordedBoot>();
  for (const line of (await recordLines(layout)).toReversed()) {
    const mac = macOfRecord(line);
    if (boots.has(mac)) continue;
    const boot = parseRecord(line);
    if (boot !== undefined) boots.set(mac, boot);
  }
  return boots;
}

/** Adds lines; when that is too much, the oldest boots go, and those of machines that `isKnown` does not know before others. */
export class HistoryFile {
  #lines = 0;
  #sizeBytes = 0;
  #isCut = false;

  private constructor(
    private readonly path: string,
    private readonly bounds: HistoryBounds,
  ) {}

  static async open(layout: Pick<StateLayout, 'root'>, bounds: HistoryBounds): Promise<HistoryFile> {
    const file = new HistoryFile(historyPath(layout), bounds);
    // what cannot be read is told of when it is written to: machines boot all the same
    file.#measure((await readTextIfThere(file.path).catch(() => undefined)) ?? '');
    return file;
  }

  /** @throws PxectlError E_DISK_FULL, E_PERMISSION, E_UNSAFE_FOLDER; the lines may be written in part, and can be added again */
  async add(lines: readonly string[], isKnown: (mac: string) => boolean): Promise<void> {
    const text = lines.map((line) => `${line}\n`).join('');
    const isTooMuch =
      // what became known later stands there twice until then
      this.#lines + lines.length > this.bounds.maxBoots * 1.25 ||
      this.#sizeBytes + text.length > this.bounds.maxBytes;
    if (isTooMuch) {
      const kept = boundHistory([...(await linesOf(this.path)), ...lines], this.bounds, isKnown);
      const whole = kept.map((line) => `${line}\n`).join('');
      await writeFileAtomic(this.path, whole);
      this.#measure(whole);
      return;
    }
    const file = await openToAppend(this.path);
    try {
      // a line that a crash or a full disk cut is ended first
      await file.appendFile(this.#isCut ? `\n${text}` : text);
      this.#isCut = false;
    } catch (error) {
      this.#isCut = true;
      throw diskError(error, this.path);
    } finally {
      await file.close();
    }
    this.#lines += lines.length;
    this.#sizeBytes += Buffer.byteLength(text);
  }

  #measure(text: string): void {
    this.#lines = text.split('\n').length - 1;
    this.#sizeBytes = Buffer.byteLength(text);
    this.#isCut = text !== '' && !text.endsWith('\n');
  }
}

/**
 * The lines that stay, three quarters of the bounds so that this is not done for every boot: the newest, and always the last boot
 * of each known machine.
 */
export function boundHistory(
  lines: readonly string[],
  { maxBoots, maxBytes }: HistoryBounds,
  isKnown: (mac: string) => boolean,
): readonly string[] {
  const seen = new Set<string>();
  const machines = new Set<string>();
  const kept: string[] = [];
  let room = { boots: maxBoots * 0.75, bytes: maxBytes * 0.75, unknown: maxBoots * 0.25 };
  for (const line of lines.toReversed()) {
    const boot = keyOfRecord(line);
    if (boot === undefined || seen.has(boot.key)) continue;
    seen.add(boot.key);
    const known = isKnown(boot.mac);
    const isLast = known && !machines.has(boot.mac);
    machines.add(boot.mac);
    const bytes = line.length + 1;
    const fits = room.boots >= 1 && room.bytes >= bytes && (known || room.unknown >= 1);
    if (!fits && !isLast) continue;
    room = { boots: room.boots - 1, bytes: room.bytes - bytes, unknown: room.unknown - (known ? 0 : 1) };
    kept.push(line);
  }
  return kept.reverse();
}

/** What tells boots apart, without parsing the line. */
export function keyOfRecord(line: string): { readonly mac: string; readonly key: string } | undefined {
  const mac = macOfRecord(line);
  const startedAt = /"startedAt":"([^"]*)"/.exec(line)?.[1];
  return mac === '' || startedAt === undefined ? undefined : { mac, key: `${mac} ${startedAt}` };
}

/** The lines of the history, oldest first; some may be none of ours. */
export const recordLines = (layout: Pick<StateLayout, 'root'>): Promise<readonly string[]> =>
  linesOf(historyPath(layout));

async function linesOf(path: string): Promise<readonly string[]> {
  return ((await readTextIfThere(path)) ?? '').split('\n').filter((line) => line !== '');
}
