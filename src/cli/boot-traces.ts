import { findingsOfTrace } from '../doctor/analyse/findings-of-trace.ts';
import type { BootTrace } from '../model/boot-trace.ts';
import type { Machine } from '../model/config.ts';
import { readEvents } from '../watch/read-events.ts';
import { buildTraces } from '../watch/trace-builder.ts';

/** The boots kept on disk, oldest first, with what went wrong in them. */
export async function bootTraces(eventsPath: string, machines: readonly Machine[]): Promise<BootTrace[]> {
  const nowMs = Date.now();
  const traces = buildTraces(await readEvents(eventsPath), machines);
  return traces.map((trace) => ({ ...trace, findings: findingsOfTrace(trace, nowMs) }));
}
