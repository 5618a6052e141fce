import type { BootEvent } from '../model/boot-event.ts';
import { endedAmong, isNetworkBoot } from '../model/boot-outcome.ts';
import type { BootTrace } from '../model/boot-trace.ts';
import type { Machine } from '../model/config.ts';
import type { Finding } from '../model/finding.ts';
import type { StateLayout } from '../model/state-layout.ts';
import { messageOf } from '../model/errors.ts';
import { Slices } from '../platform/slices.ts';
import { formatRecord, type RecordedBoot } from './boot-record.ts';
import { HISTORY_BOUNDS, HistoryFile, type HistoryBounds } from './history-file.ts';
import { JudgedBoots } from './judged-boots.ts';
import { KeptBoots, REMEMBERED_BOOTS, REMEMBERED_EVENTS } from './kept-boots.ts';
import type { OpenBoot } from './open-boot.ts';
import { TraceBuilder } from './trace-builder.ts';
import { WrittenBoots } from './written-boots.ts';

const LOOK_INTERVAL_MS = 5_000;
/** doctor takes half a millisecond for one */
const JUDGED_AT_ONCE = 20;
const SOON_MS = 50;
/** They wait for a disk that takes nothing. */
const MAX_UNWRITTEN = 10_000;

export interface BootHistoryOptions {
  /** what is wrong in a boot, as doctor sees it */
  readonly judge: (trace: BootTrace, nowMs: number) => readonly Finding[];
  /** told once when boots cannot be written; they are tried again */
  readonly onTrouble?: (message: string) => void;
  readonly bounds?: HistoryBounds;
}

/** Events in their order, some at a time. */
type EventPieces = AsyncIterable<readonly BootEvent[]> | Iterable<readonly BootEvent[]>;

/**
 * Follows the events of a session: the boots that go on, and the file of those that are over. What a killed pxectl had not
 * written is made from the events that it left.
 */
export class BootHistory {
  readonly #traces: TraceBuilder;
  /** boots of which something is not written yet, in the order in which they began */
  readonly #open = new Set<OpenBoot>();
  /** what comes while the past is read: it is taken after it */
  #waiting: BootEvent[] | undefined;
  #past: Promise<void> = Promise.resolve();
  /** while the past is read */
  #written = WrittenBoots.none;
  readonly #listeners = new Set<(boot: RecordedBoot) => void>();
  readonly #timer: NodeJS.Timeout;
  readonly #judge: JudgedBoots;
  #soon: NodeJS.Timeout | undefined;
  #known: ReadonlySet<string> = new Set();
  #unwritten: string[] = [];
  #writing: Promise<void> = Promise.resolve();
  #isInTrouble = false;

  private constructor(
    private readonly file: HistoryFile,
    private readonly layout: Pick<StateLayout, 'root'>,
    private readonly options: BootHistoryOptions,
  ) {
    this.#judge = new JudgedBoots(options.judge);
    const kept = new KeptBoots(REMEMBERED_BOOTS, REMEMBERED_EVENTS, (boot) => this.#pushedOut(boot));
    this.#traces = new TraceBuilder([], kept);
    this.#timer = setInterval(() => this.look(), LOOK_INTERVAL_MS);
    this.#timer.unref();
  }

  static async open(layout: Pick<StateLayout, 'root'>, options: BootHistoryOptions): Promise<BootHistory> {
    return new BootHistory(await HistoryFile.open(layout, options.bounds ?? HISTORY_BOUNDS), layout, options);
  }

  /** Machines of the configuration: their boots stay longest. */
  know(machines: readonly Pick<Machine, 'mac' | 'name'>[]): void {
    this.#known = new Set(machines.flatMap(({ mac }) => mac ?? []));
    this.#traces.know(machines);
  }

  /**
   * Goes on where the events on disk end: boots may be under way, and some were never written. Tells nobody. What comes from now on
   * is taken after them.
   * @param begin nothing is read before: machines are served first
   */
  resume(events: EventPieces, begin = Promise.resolve()): Promise<void> {
    this.#waiting ??= [];
    return (this.#past = begin.then(() => this.#resume(events)));
  }

  take(event: BootEvent): void {
    if (this.#waiting === undefined) this.#add(event);
    else this.#waiting.push(event);
  }

  /** The boots that are remembered, oldest first, each with what is wrong in it. */
  async boots(): Promise<readonly RecordedBoot[]> {
    await this.#past;
    return this.#judge.all(() => this.#traces.traces());
  }

  /** How many boots go on. */
  runningCount(nowMs = Date.now()): number {
    const open = this.#openTraces();
    const hasEnded = endedAmong(open);
    return open.filter((trace) => isNetworkBoot(trace) && !hasEnded(trace, nowMs)).length;
  }

  /** Told of each boot that comes to an end, once. */
  onEnd(listener: (boot: RecordedBoot) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Looks which boots are over; of very many some now, and the others in a moment: machines are answered meanwhile. */
  look(nowMs = Date.now()): void {
    if (this.#waiting !== undefined) return;
    if (this.#settle(nowMs, this.#tell, JUDGED_AT_ONCE)) return;
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      this.look();
    }, SOON_MS).unref();
  }

  /** Writes what is known, also of boots that go on: whoever starts next goes on with them. */
  async close(): Promise<void> {
    await this.#past;
    clearInterval(this.#timer);
    clearTimeout(this.#soon);
    const nowMs = Date.now();
    this.#settle(nowMs, this.#tell);
    for (const trace of this.#openTraces()) this.#record(this.#judge.judged(trace, nowMs, false));
    this.#open.clear();
    this.#write();
    await this.#writing;
  }

  async #resume(events: EventPieces): Promise<void> {
    try {
      this.#written = await WrittenBoots.read(this.layout).catch(() => WrittenBoots.none);
      const slices = new Slices();
      for await (const some of events) {
        for (const event of some) {
          this.#add(event);
          if (slices.isOver) await slices.rest();
        }
      }
      for (const boot of this.#open) {
        const written = this.#written.has(boot) ? this.#written.find(boot) : undefined;
        if (written === undefined) continue;
        this.#open.delete(boot);
        this.#judge.know(boot.trace(), written);
        if (slices.isOver) await slices.rest();
      }
      while (!this.#settle(Date.now(), () => undefined, JUDGED_AT_ONCE)) await slices.rest();
    } catch (error) {
      this.options.onTrouble?.(`boots of before are not known: ${messageOf(error)}`);
    } finally {
      this.#written = WrittenBoots.none;
      const waiting = this.#waiting ?? [];
      this.#waiting = undefined;
      for (const event of waiting) this.#add(event);
    }
  }

  #add(event: BootEvent): void {
    const boot = this.#traces.add(event);
    if (boot !== undefined) this.#open.add(boot);
  }

  #openTraces(): readonly BootTrace[] {
    return Array.from(this.#open, (boot) => boot.trace());
  }

  /** Whether all that are over have been seen to. */
  #settle(nowMs: number, tell: (boot: RecordedBoot) => void, most = Infinity): boolean {
    let left = most;
    const hasEnded = endedAmong(this.#openTraces());
    for (const open of [...this.#open]) {
      const trace = open.trace();
      if (!hasEnded(trace, nowMs)) continue;
      if (left === 0) break;
      left -= 1;
      this.#open.delete(open);
      if (!isNetworkBoot(trace)) continue;
      const boot = this.#judge.judged(trace, nowMs, true);
      this.#record(boot);
      tell(boot);
    }
    this.#write();
    return left > 0;
  }

  #tell = (boot: RecordedBoot): void => {
    for (const listener of this.#listeners) listener(boot);
  };

  /** There are more boots than are remembered: this one ends as it is, and a made-up address leaves nothing behind. */
  #pushedOut(open: OpenBoot): void {
    if (!this.#open.delete(open) || this.#written.has(open)) return;
    if (!this.#known.has(open.mac) && !open.hasReached('loader')) return;
    const boot = this.#judge.judged(open.trace(), Date.now(), true);
    this.#record(boot);
    if (this.#waiting === undefined) this.#tell(boot);
  }

  #record(boot: RecordedBoot): void {
    this.#unwritten.push(formatRecord(boot, boot.outcome));
    if (this.#unwritten.length > MAX_UNWRITTEN) this.#unwritten.shift();
  }

  #write(): void {
    if (this.#unwritten.length === 0) return;
    this.#writing = this.#writing.then(async () => {
      const lines = this.#unwritten.splice(0);
      if (lines.length === 0) return;
      try {
        await this.file.add(lines, (mac) => this.#known.has(mac));
        this.#isInTrouble = false;
      } catch (error) {
        this.#unwritten.unshift(...lines);
        if (!this.#isInTrouble) this.options.onTrouble?.(`boots are not written down: ${messageOf(error)}`);
        this.#isInTrouble = true;
      }
    });
  }
}
