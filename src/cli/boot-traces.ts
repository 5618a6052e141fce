import type { BootTrace } from '../model/boot-trace.ts';
import type { Machine } from '../model/config.ts';
import { readEvents } from '../watch/read-events.ts';
import { buildTraces } from '../watch/trace-builder.ts';

/** The boots kept on disk, oldest first. */
export async function bootTraces(eventsPath: string, machines: readonly Machine[]): Promise<BootTrace[]> {
  return buildTraces(await readEvents(eventsPath), machines);
}
