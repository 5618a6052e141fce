import type { BootTrace } from '../model/boot-trace.ts';
import { endedAmong, isNetworkBoot } from '../model/boot-outcome.ts';
import type { Machine } from '../model/config.ts';
import type { StateLayout } from '../model/state-layout.ts';
import { recordedNow, type RecordedBoot } from '../watch/boot-record.ts';
import { byStart, readHistory } from '../watch/history-file.ts';
import { KeptBoots, REMEMBERED_BOOTS, REMEMBERED_EVENTS } from '../watch/kept-boots.ts';
import type { LatestBoots } from '../watch/latest-boots.ts';
import { readEvents } from '../watch/read-events.ts';
import { buildTraces } from '../watch/trace-builder.ts';

/** The boots kept on disk, oldest first, with what went wrong in them. */
export async function bootTraces(
  eventsPath: string,
  machines: readonly Machine[],
  boots?: LatestBoots,
): Promise<BootTrace[]> {
  return withFindings(buildTraces(await readEvents(eventsPath), machines, boots));
}

/** Every boot that is known: those of the history, and those that its events alone tell of yet. Oldest first. */
export async function knownBoots(
  layout: Pick<StateLayout, 'root' | 'events'>,
  machines: readonly Machine[],
): Promise<readonly RecordedBoot[]> {
  const [past, events] = await Promise.all([readHistory(layout), readEvents(layout.events)]);
  const boots = new Map(past.map((boot) => [boot.id, boot]));
  // oldest first: what of a machine is no newer than this is in the history, or has lost its beginning
  const recordedTo = new Map(past.map(({ mac, lastEventAt }) => [mac, lastEventAt]));
  const traces = buildTraces(events, machines, new KeptBoots(REMEMBERED_BOOTS, REMEMBERED_EVENTS));
  const hasEnded = endedAmong(traces);
  const isNews = (trace: BootTrace): boolean =>
    isNetworkBoot(trace) && trace.lastEventAt > (recordedTo.get(trace.mac) ?? '');
  const nowMs = Date.now();
  for (const trace of await withFindings(traces.filter(isNews))) {
    const boot = recordedNow(trace, hasEnded(trace, nowMs));
    boots.set(boot.id, boot);
  }
  return [...boots.values()].sort(byStart);
}

async function withFindings(traces: readonly BootTrace[]): Promise<BootTrace[]> {
  if (traces.length === 0) return [];
  const nowMs = Date.now();
  // brings all that doctor knows
  const { findingsOfTrace } = await import('../doctor/analyse/findings-of-trace.ts');
  return traces.map((trace) => ({ ...trace, findings: findingsOfTrace(trace, nowMs) }));
}
