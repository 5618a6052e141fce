import { endedAmong, isNetworkBoot } from '../model/boot-outcome.ts';
import type { BootTrace } from '../model/boot-trace.ts';
import type { Finding } from '../model/finding.ts';
import { BOOT_IS_OVER_AFTER_MS } from '../model/life-cycle.ts';
import { Slices } from '../platform/slices.ts';
import { Turns } from '../platform/turns.ts';
import { bootIdOf } from './boot-id.ts';
import { recordedNow, type RecordedBoot } from './boot-record.ts';

/** Time alone changes what is said of a boot that goes on. */
const LOOK_AGAIN_MS = 5_000;
/** Each judgement takes up to a millisecond: of many boots that go on, none is judged anew for every event. */
const LOOK_AGAIN_PER_BOOT_MS = 5;

interface Judged {
  readonly boot: RecordedBoot;
  readonly isEnded: boolean;
  readonly atMs: number;
}

/** Boots with what is wrong in them, as doctor sees it. */
export class JudgedBoots {
  #last = new Map<string, Judged>();
  readonly #turns = new Turns();

  constructor(private readonly judge: (trace: BootTrace, nowMs: number) => readonly Finding[]) {}

  /** What was wrong in a boot that has ended was said before. */
  know(trace: BootTrace, { findings }: Pick<RecordedBoot, 'findings'>): void {
    const boot = recordedNow({ ...trace, findings }, true);
    this.#last.set(boot.id, { boot, isEnded: true, atMs: Date.now() });
  }

  /** One of them, now. */
  judged(trace: BootTrace, nowMs: number, isEnded: boolean): RecordedBoot {
    // a boot that is read from old events did not stand still until today
    const atMs = isEnded ? Math.min(nowMs, Date.parse(trace.lastEventAt) + BOOT_IS_OVER_AFTER_MS) : nowMs;
    return recordedNow({ ...trace, findings: this.judge(trace, atMs) }, isEnded);
  }

  /** All boots among these traces, as they are no earlier than now; of many, findings may be seconds old. */
  all(traces: () => readonly BootTrace[]): Promise<readonly RecordedBoot[]> {
    return this.#turns.take(() => this.#look(traces()));
  }

  async #look(traces: readonly BootTrace[]): Promise<readonly RecordedBoot[]> {
    const judged = new Map<string, Judged>();
    const hasEnded = endedAmong(traces);
    const changedMs = Math.min(LOOK_AGAIN_MS, traces.length * LOOK_AGAIN_PER_BOOT_MS);
    const slices = new Slices();
    for (const trace of traces) {
      if (!isNetworkBoot(trace)) continue;
      if (slices.isOver) await slices.rest();
      const nowMs = Date.now();
      const id = bootIdOf(trace);
      const isEnded = hasEnded(trace, nowMs);
      judged.set(id, this.#again(this.#last.get(id), trace, { nowMs, isEnded, changedMs }));
    }
    this.#last = judged;
    return Array.from(judged.values(), ({ boot }) => boot);
  }

  #again(
    before: Judged | undefined,
    trace: BootTrace,
    {
      nowMs,
      isEnded,
      changedMs,
    }: { readonly nowMs: number; readonly isEnded: boolean; readonly changedMs: number },
  ): Judged {
    if (before?.isEnded === isEnded) {
      const { boot, atMs } = before;
      const isSame = boot.lastEventAt === trace.lastEventAt && boot.eventCount === trace.events.length;
      const holdsMs = isSame ? (isEnded ? Infinity : LOOK_AGAIN_MS) : changedMs;
      if (nowMs - atMs < holdsMs) {
        return isSame
          ? before
          : { ...before, boot: recordedNow({ ...trace, findings: boot.findings }, isEnded) };
      }
    }
    return { boot: this.judged(trace, nowMs, isEnded), isEnded, atMs: nowMs };
  }
}
