import { z } from 'zod';
import type { BootEvent } from '../model/boot-event.ts';
import { outcomeOf, type BootOutcome } from '../model/boot-outcome.ts';
import type { BootTrace } from '../model/boot-trace.ts';
import type { Finding } from '../model/finding.ts';
import { bootFields, eventSchema, findingSchema } from '../model/trace-schema.ts';
import { bootIdOf } from './boot-id.ts';

const MAX_TEXT = 300;
/** What a boot that went wrong began with and ended with is worth its room. */
const FIRST_EVENTS = 8;
const LAST_EVENTS = 24;
const MAX_FINDINGS = 5;
const MAX_EVIDENCE = 4;
const MAX_MENDS = 8;

/** A line of history.jsonl; anybody with an editor may have written it. */
const recordSchema = z.object({
  ...bootFields,
  findings: z.array(findingSchema).default([]),
  eventCount: z.number().nonnegative().default(0),
  events: z.array(eventSchema).default([]),
});

/** A boot of the history, or one that goes on, with what it is called and how it ended. */
export interface RecordedBoot extends BootTrace {
  readonly id: string;
  readonly outcome: BootOutcome;
  /** the history keeps some of its events alone */
  readonly eventCount: number;
}

/** A boot as it is known now, with what is wrong in it. */
export const recordedNow = (trace: BootTrace, isEnded: boolean): RecordedBoot => ({
  ...trace,
  id: bootIdOf(trace),
  outcome: outcomeOf(trace, isEnded),
  eventCount: trace.events.length,
});

/** The boot of a line; undefined where it is none. */
export function parseRecord(line: string): RecordedBoot | undefined {
  try {
    const { data } = recordSchema.safeParse(JSON.parse(line));
    return data && { id: bootIdOf(data), ...data };
  } catch {
    return undefined;
  }
}

/** The line for a boot; the address comes first, so that a reader can pass over boots that it does not want. */
export function formatRecord(trace: BootTrace, outcome: BootOutcome): string {
  const { mac, machineName, firmware, ip, startedAt, lastEventAt, current, isDone, stages } = trace;
  const { findings, events } = trace;
  const isWell = findings.length === 0 && outcome !== 'failed' && outcome !== 'stopped';
  return JSON.stringify({
    ...{ mac, outcome, machineName, firmware, ip, startedAt, lastEventAt, current, isDone },
    stages: stages.map((one) => ({ ...one, detail: cut(one.detail) })),
    ...(findings.length === 0 ? {} : { findings: findings.slice(0, MAX_FINDINGS).map(shortened) }),
    eventCount: events.length,
    ...(isWell ? {} : { events: ofNote(events).map(withShortDetail) }),
  });
}

/** The address that a line begins with; empty for a line that no pxectl wrote. */
export const macOfRecord = (line: string): string => /^\{"mac":"([0-9a-f:]{17})"/.exec(line)?.[1] ?? '';

function ofNote(events: readonly BootEvent[]): readonly BootEvent[] {
  if (events.length <= FIRST_EVENTS + LAST_EVENTS) return events;
  return [...events.slice(0, FIRST_EVENTS), ...events.slice(-LAST_EVENTS)];
}

const cut = (text: string): string => text.slice(0, MAX_TEXT);

function withShortDetail(event: BootEvent): BootEvent {
  const detail = Object.entries(event.detail).map(([key, value]) => [
    key,
    typeof value === 'string' ? cut(value) : value,
  ]);
  return { ...event, detail: Object.fromEntries(detail) as BootEvent['detail'] };
}

function shortened(finding: Finding): Finding {
  return {
    ...finding,
    evidence: finding.evidence
      .slice(0, MAX_EVIDENCE)
      .map(({ source, text }) => ({ source: cut(source), text: cut(text) })),
    mends: finding.mends.slice(0, MAX_MENDS),
  };
}
