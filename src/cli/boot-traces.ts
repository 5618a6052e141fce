import type { BootTrace } from '../model/boot-trace.ts';
import type { Machine } from '../model/config.ts';
import type { LatestBoots } from '../watch/latest-boots.ts';
import { readEvents } from '../watch/read-events.ts';
import { buildTraces } from '../watch/trace-builder.ts';

/** The boots kept on disk, oldest first, with what went wrong in them. */
export async function bootTraces(
  eventsPath: string,
  machines: readonly Machine[],
  boots?: LatestBoots,
): Promise<BootTrace[]> {
  const nowMs = Date.now();
  const traces = buildTraces(await readEvents(eventsPath), machines, boots);
  if (traces.length === 0) return [];
  // brings all that doctor knows
  const { findingsOfTrace } = await import('../doctor/analyse/findings-of-trace.ts');
  return traces.map((trace) => ({ ...trace, findings: findingsOfTrace(trace, nowMs) }));
}
