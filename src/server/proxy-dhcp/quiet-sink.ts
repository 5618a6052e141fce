import { forgetOldest } from '../../protocol/forget-oldest.ts';
import type { EventSink, NewBootEvent } from '../../model/boot-event.ts';

/** the same client that is ignored for the same reason is told once in this time */
const QUIET_MS = 60_000;
/** bounds the memory: with more different ones than this the oldest may be told again */
const MAX_KEYS = 2048;
/** forged addresses make every event a new one: no more than this many a second go on */
const MAX_EVENTS_PER_SECOND = 200;
const TELL_EVERY_MS = 10_000;

/** Passes on events that a flood could repeat without end, each once a minute, with the number left out. */
export class QuietSink {
  private readonly told = new Map<string, { atMs: number; leftOut: number }>();
  private secondStartedMs = 0;
  private eventsThisSecond = 0;
  private beyondBudget = 0;
  private toldAtMs = -Infinity;

  constructor(private readonly sink: EventSink) {}

  /** Emits unless an event with this key was emitted within the last minute. */
  emit(key: string, event: NewBootEvent, nowMs: number): void {
    const earlier = this.told.get(key);
    if (earlier !== undefined && nowMs - earlier.atMs < QUIET_MS) {
      earlier.leftOut += 1;
      return;
    }
    if (!this.takeFromBudget(nowMs)) {
      this.tellOfBudget(nowMs);
      return;
    }
    this.told.delete(key);
    this.told.set(key, { atMs: nowMs, leftOut: 0 });
    forgetOldest(this.told, MAX_KEYS);
    const leftOut = earlier?.leftOut ?? 0;
    const detail = leftOut === 0 ? event.detail : { ...event.detail, repeated: leftOut };
    this.sink.emit({ ...event, ...(detail === undefined ? {} : { detail }) });
  }

  private takeFromBudget(nowMs: number): boolean {
    if (nowMs - this.secondStartedMs >= 1000) {
      this.secondStartedMs = nowMs;
      this.eventsThisSecond = 0;
    }
    this.eventsThisSecond += 1;
    return this.eventsThisSecond <= MAX_EVENTS_PER_SECOND;
  }

  /** Of those left out since the last time. */
  private tellOfBudget(nowMs: number): void {
    this.beyondBudget += 1;
    if (nowMs - this.toldAtMs < TELL_EVERY_MS) return;
    const message = `more than ${MAX_EVENTS_PER_SECOND} unlike packets a second are not answered: ${this.beyondBudget} of them are not told one by one`;
    this.toldAtMs = nowMs;
    this.beyondBudget = 0;
    this.sink.emit({ type: 'engine.warning', detail: { reason: 'rationed', message } });
  }
}
