import { setTimeout as sleep } from 'node:timers/promises';
import type { BootEvent } from '../model/boot-event.ts';
import type { InTurn } from '../platform/turns.ts';
import type { EventStore } from './event-store.ts';
import { storedAfter, type EventBatch, type KeptEvent } from './stored-after.ts';

/** For who follows closely; whoever stays behind reads on from the disk. */
const MAX_RECENT = 1_000;
const MAX_BATCH = 256;
/** A flood is told in batches: a person sees no difference, and the processor does. */
const GATHER_MS = 20;

/**
 * The kept events in order, for readers that come, stay behind and go: each goes on from its own place, from memory or from
 * the disk, and nothing waits in memory for any of them.
 */
export class EventLog {
  #recent: KeptEvent[] = [];
  /** of the last event that is on disk alone */
  #forgottenId: number;
  readonly #waiting = new Set<() => void>();

  constructor(
    private readonly path: string,
    private readonly store: Pick<EventStore, 'subscribe' | 'lastId'>,
  ) {
    this.#forgottenId = store.lastId;
    store.subscribe((event, isKept) => {
      if (isKept && hasId(event)) this.#take(event);
    });
  }

  get lastId(): number {
    return this.store.lastId;
  }

  /** So many events, as far as they are in memory, come after this id. */
  idBefore(count: number): number {
    return this.#recent.at(-count - 1)?.id ?? this.#forgottenId;
  }

  /** The events after this id, and those that come, until the signal aborts. 0: every one that is kept. */
  async *follow(
    afterId: number,
    signal: AbortSignal,
    inTurn: InTurn = (work) => work(),
  ): AsyncGenerator<EventBatch> {
    // a state folder that was emptied while the clock was set back: that reader has seen what never was
    let at = Math.min(afterId, this.lastId);
    if (at < afterId) yield { isAfterGap: true, events: [] };
    while (!signal.aborted) {
      if (at < this.#forgottenId) {
        const before = at;
        for await (const batch of paced(storedAfter(this.path, at), signal, inTurn)) {
          yield batch;
          at = batch.events.at(-1)?.id ?? at;
          if (signal.aborted) return;
        }
        if (at !== before) continue;
        // a disk that took nothing
        at = this.#forgottenId;
        if (before !== 0) yield { isAfterGap: true, events: [] };
      }
      const events = this.#after(at);
      if (events.length === 0) await this.#next(signal);
      else {
        yield { isAfterGap: false, events };
        at = events.at(-1)?.id ?? at;
      }
    }
  }

  #take(event: KeptEvent): void {
    this.#recent.push(event);
    // half of it at once: taking one from the front for each that comes would move all of them
    if (this.#recent.length > MAX_RECENT * 1.5) {
      const dropped = this.#recent.splice(0, this.#recent.length - MAX_RECENT);
      this.#forgottenId = dropped.at(-1)?.id ?? this.#forgottenId;
    }
    for (const wake of this.#waiting) wake();
  }

  #after(id: number): readonly KeptEvent[] {
    const next = this.#recent.findLastIndex((event) => event.id <= id) + 1;
    return this.#recent.slice(next, next + MAX_BATCH);
  }

  async #next(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
    await sleep(GATHER_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** What comes next of the disk, each in its turn; nothing more for who has gone meanwhile. */
async function* paced(
  stored: AsyncGenerator<EventBatch>,
  signal: AbortSignal,
  inTurn: InTurn,
): AsyncGenerator<EventBatch> {
  try {
    for (;;) {
      const next = await inTurn(async () => (signal.aborted ? undefined : stored.next()));
      if (next === undefined || next.done === true) return;
      yield next.value;
    }
  } finally {
    await stored.return(undefined);
  }
}

const hasId = (event: BootEvent): event is KeptEvent => event.id !== undefined;
