import { setTimeout as sleep } from 'node:timers/promises';
import { followControl } from '../../control/follow-control.ts';
import { readLiveSession } from '../../engine/session-record.ts';
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
 * be asked (it belongs to somebody else, or is of another version). Ends when the signal aborts.
 */
export async function* watchedEvents(options: WatchedEventsOptions): AsyncGenerator<BootEvent> {
  const { layout, signal, onGap } = options;
  let last = options.after;
  while (!signal.aborted) {
    const live = await readLiveSession(layout);
    if (live !== undefined) {
      try {
        const question = { layout, pid: live.process.pid, command: 'pxectl watch', signal };
        for await (const { isAfterGap, events } of followControl(last, question)) {
          if (isAfterGap) onGap();
          for (const event of events) {
            last = event.id ?? last;
            yield event;
          }
        }
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof PxectlError)) throw error;
        // it may be just stopping: then nobody is up the next time
        if ((await readLiveSession(layout)) !== undefined) {
          yield* eventsOfFile(layout, last, signal);
          return;
        }
      }
    }
    await sleep(LOOK_AGAIN_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function* eventsOfFile(
  { events }: StateLayout,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<BootEvent> {
  for await (const event of followEvents(events, { fromStart: true, signal })) {
    if ((event.id ?? 0) > after) yield event;
  }
}
