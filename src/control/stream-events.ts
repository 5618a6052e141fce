import type { ServerResponse } from 'node:http';
import { safeJson } from '../model/printable.ts';
import type { EventBatch } from '../watch/stored-after.ts';

/** Whoever has gone without a word is found out by writing to it. */
const HEARTBEAT_MS = 15_000;
/** A reader that takes nothing for so long is told nothing more: it comes back and goes on from its last event. */
const STUCK_MS = 30_000;
/** What a browser waits before it comes back. */
const RETRY_MS = 1_000;

/**
 * Writes batches of events as server-sent events (WHATWG HTML §9.2) for as long as the reader is there. What it has not taken
 * stays where the batches come from: a batch at a time is in memory.
 */
export async function streamEvents(
  response: ServerResponse,
  batches: (signal: AbortSignal) => AsyncIterable<EventBatch>,
  stuckMs = STUCK_MS,
): Promise<void> {
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  response.on('error', () => gone.abort());
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    // nginx in front would gather them
    'x-accel-buffering': 'no',
  });
  response.write(`retry: ${RETRY_MS}\n\n`);
  const heartbeat = setInterval(() => {
    if (!response.writableNeedDrain) response.write(': still here\n\n');
  }, HEARTBEAT_MS);
  try {
    for await (const batch of batches(gone.signal)) {
      if (gone.signal.aborted) return;
      if (!response.write(textOf(batch))) await drained(response, gone, stuckMs);
    }
  } finally {
    clearInterval(heartbeat);
    response.end();
  }
}

function textOf({ isAfterGap, events }: EventBatch): string {
  const gap = isAfterGap ? 'event: gap\ndata: {}\n\n' : '';
  return `${gap}${events.map((event) => `id: ${event.id}\ndata: ${safeJson(event)}\n\n`).join('')}`;
}

function drained(response: ServerResponse, gone: AbortController, stuckMs: number): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      response.off('drain', end);
      gone.signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(() => {
      response.destroy();
      end();
    }, stuckMs);
    response.on('drain', end);
    gone.signal.addEventListener('abort', end);
  });
}
