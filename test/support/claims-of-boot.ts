import { findingsOfTrace } from '../../src/doctor/analyse/findings-of-trace.ts';
import type { BootEvent } from '../../src/model/boot-event.ts';
import type { TracedMachine } from '../../src/watch/open-boot.ts';
import { TraceBuilder } from '../../src/watch/trace-builder.ts';

export interface Claim {
  readonly id: string;
  /** seconds since the first event */
  readonly atSeconds: number;
}

export interface ClaimOptions {
  readonly machines?: readonly TracedMachine[];
  /** how long somebody goes on looking after the last event */
  readonly afterMs: number;
  /** every wait of the boot times this: a slower machine, network or server; default 1 */
  readonly slower?: number;
}

const STEP_MS = 2_000;

/** All that `watch` and `doctor` would say is wrong, looking before and after each event and every 2 s; each thing once. */
export function claimsOfBoot(events: readonly BootEvent[], options: ClaimOptions): readonly Claim[] {
  const { slower = 1, machines = [] } = options;
  const startMs = Date.parse(events[0]?.time ?? '');
  const stretch = (time: string): number => startMs + (Date.parse(time) - startMs) * slower;
  const builder = new TraceBuilder(machines);
  const claims = new Map<string, Claim>();
  const look = (nowMs: number): void => {
    for (const trace of builder.traces()) {
      for (const { id, severity } of findingsOfTrace(trace, nowMs)) {
        if (severity === 'info' || claims.has(id)) continue;
        claims.set(id, { id, atSeconds: Math.round((nowMs - startMs) / 1000) });
      }
    }
  };
  let nowMs = startMs;
  for (const event of events) {
    // what is told when it is over carries the time at which it began
    const toldAtMs = Math.max(nowMs, stretch(event.time));
    for (; nowMs + STEP_MS < toldAtMs; nowMs += STEP_MS) look(nowMs);
    nowMs = toldAtMs;
    look(nowMs);
    builder.add({ ...event, time: new Date(stretch(event.time)).toISOString() });
    look(nowMs);
  }
  for (const endMs = nowMs + options.afterMs; nowMs <= endMs; nowMs += STEP_MS) look(nowMs);
  return [...claims.values()];
}
