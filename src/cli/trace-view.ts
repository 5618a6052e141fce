import type { BootEvent } from '../model/boot-event.ts';
import type { BootTrace, StageRecord } from '../model/boot-trace.ts';
import { eventText } from '../model/event-text.ts';
import { printable } from '../model/printable.ts';
import { formatBytes, formatDuration, formatLocalTime } from '../model/units.ts';

const MAX_LINE_LENGTH = 1000;

/** One line for an event, or undefined for those that only machines need. */
export function formatEvent(event: BootEvent): string | undefined {
  const text = eventText(event);
  if (text === undefined) return undefined;
  const time = formatLocalTime(event.time).slice(11);
  const who = event.mac ?? event.ip ?? '';
  // names and paths come from the network, through any engine
  return `${time}  ${who.padEnd(17)}  ${printable(text, MAX_LINE_LENGTH)}`;
}

/** A boot as text: one line a stage with the time since the start and how long it took. */
export function formatTrace(trace: BootTrace): string {
  const name = trace.machineName === undefined ? '' : ` (${trace.machineName})`;
  const heading = `${trace.mac}${name}  ${trace.firmware ?? 'unknown firmware'}  ${formatLocalTime(trace.startedAt)}`;
  const lines = trace.stages.map((stage) => formatStage(stage, trace.startedAt));
  const findings = trace.findings.map((finding) => `  ! ${finding.title} (${finding.id})`);
  return [heading, ...lines, ...findings].join('\n');
}

/** `  +12.3 s  kernel        images/debian-12/linux  7.9 MB  in 1.2 s`. */
export function formatStage(stage: StageRecord, bootStartedAt: string): string {
  const since = `+${formatDuration(Date.parse(stage.startedAt) - Date.parse(bootStartedAt))}`;
  const size = stage.sizeBytes === undefined ? '' : `  ${formatBytes(stage.sizeBytes)}`;
  const took = stage.durationMs === undefined ? '' : `  in ${formatDuration(stage.durationMs)}`;
  return `  ${since.padStart(11)}  ${stage.stage.padEnd(12)}  ${printable(stage.detail)}${size}${took}`;
}
