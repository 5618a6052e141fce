import { followControl } from '../../control/follow-control.ts';
import { readLiveSession, type SessionRecord } from '../../engine/session-record.ts';
import type { BootEvent } from '../../model/boot-event.ts';
import { PxectlError } from '../../model/errors.ts';
import type { StateLayout } from '../../model/state-layout.ts';
import { followEvents } from '../../watch/read-events.ts';

/** Until a pxectl is looked for again where none was up. */
const LOOK_AGAIN_MS = 500;

export interface WatchedEventsOptions {
  readonly layout: StateLayout;
  /** the last one that is known already */
  readonly after: number;
  readonly signal: AbortSignal;
  /** some are gone, and nobody can tell them any more */
  readonly onGap: () => void;
}

/**
 * The events of whoever serves here, also over a restart: asked of the running pxectl, and read from its file where that cannot
 * be asked: none is up, it belongs to somebody else, or is of another version. Ends when the signal aborts.
 */
export async function* watchedEvents(options: WatchedEventsOptions): AsyncGenerator<BootEvent> {
  const { layout, signal } = options;
  let last = options.after;
  let isAsked = true;
  while (!signal.aborted) {
    const live = await readLiveSession(layout);
    const isSocket = live !== undefined && isAsked;
    const events = isSocket
      ? eventsOfSession(options, last, live.process.pid)
      : eventsOfFile(options, last, live);
    try {
      for await (const event of events) {
        last = event.id ?? last;
        yield event;
      }
      isAsked = true;
    } catch (error) {
      if (signal.aborted) return;
      if (!isSocket || !(error instanceof PxectlError)) throw error;
      // it may be just stopping: then nobody is up the next time
      isAsked = (await readLiveSession(layout)) === undefined;
    }
  }
}

async function* eventsOfSession(
  { layout, signal, onGap }: WatchedEventsOptions,
  after: number,
  pid: number,
): AsyncGenerator<BootEvent> {
  const question = { layout, pid, command: 'pxectl watch', signal };
  for await (const { isAfterGap, events } of followControl(after, question)) {
    if (isAfterGap) onGap();
    yield* events;
  }
}

/** Until somebody else is up than now. */
async function* eventsOfFile(
  { layout, signal }: WatchedEventsOptions,
  after: number,
  live: SessionRecord | undefined,
): AsyncGenerator<BootEvent> {
  const ending = new AbortController();
  const timer = setInterval(() => {
    void readLiveSession(layout).then((now) => {
      if (now?.process.pid !== live?.process.pid) ending.abort();
    });
  }, LOOK_AGAIN_MS);
  try {
    const until = AbortSignal.any([signal, ending.signal]);
    for await (const event of followEvents(layout.events, { fromStart: true, signal: until })) {
      if ((event.id ?? 0) > after) yield event;
    }
  } finally {
    clearInterval(timer);
  }
}
