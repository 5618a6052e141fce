import { fixSteps } from '../../doctor/mend/fix-steps.ts';
import type { BootEvent } from '../../model/boot-event.ts';
import { findingAddress } from '../../model/documentation.ts';
import { eventText } from '../../model/event-text.ts';
import { printable } from '../../model/printable.ts';
import type { ComparedStage } from '../../model/stage-past.ts';
import { bootDurationMs } from '../../model/stage-spans.ts';
import type { BootReport } from '../../render/boot-report.ts';
import type { RecordedBoot } from '../../watch/boot-record.ts';
import { formatBytes, formatDuration } from '../../model/units.ts';

/** A boot that went round in circles is told by how it began and how it ended. */
const FIRST_EVENTS = 40;
const LAST_EVENTS = 80;
const MAX_TEXT = 1000;

/** What the page of a boot says, before anything is masked. */
export function bootPage(
  boot: RecordedBoot,
  compared: readonly ComparedStage[],
  versions: readonly string[],
): BootReport {
  const { events, note } = eventsOf(boot);
  const text = (value: string): string => printable(value, MAX_TEXT);
  const who = boot.machineName ?? boot.mac;
  return {
    title: `Boot of ${text(who)}: ${boot.outcome}`,
    facts: [
      { name: 'machine', value: text(boot.machineName === undefined ? boot.mac : `${who} (${boot.mac})`) },
      { name: 'firmware', value: boot.firmware ?? 'unknown' },
      { name: 'began', value: boot.startedAt },
      { name: 'took', value: formatDuration(bootDurationMs(boot)) },
      { name: 'outcome', value: boot.outcome },
      { name: 'last stage', value: boot.current },
    ],
    findings: boot.findings.map(({ id, severity, title, cause, evidence, mends }) => ({
      ...{ id, severity, title: text(title), cause: text(cause), docs: findingAddress(id) },
      evidence: evidence.map((one) => ({ source: text(one.source), text: text(one.text) })),
      steps: fixSteps(mends).map((step) => ({ ...step, text: text(step.text) })),
    })),
    stages: stagesOf(boot, compared).map((stage) => ({ ...stage, detail: text(stage.detail) })),
    events: events.map((event) => ({
      after: afterOf(event.time, boot),
      type: event.type,
      text: text(eventText(event) ?? ''),
    })),
    eventsCaption: note,
    versions: versions.map(text),
  };
}

const afterOf = (time: string, { startedAt }: RecordedBoot): string =>
  `+${formatDuration(Math.max(0, Date.parse(time) - Date.parse(startedAt)))}`;

function stagesOf(boot: RecordedBoot, compared: readonly ComparedStage[]): BootReport['stages'] {
  const byStage = new Map(compared.map((one) => [one.stage, one]));
  const wholeMs = Math.max(1, bootDurationMs(boot));
  const share = (ms: number): number => Math.round((Math.min(Math.max(0, ms), wholeMs) / wholeMs) * 1000);
  return boot.stages.map(({ stage, startedAt, detail, sizeBytes }) => {
    const one = byStage.get(stage);
    const usualMs = one?.ownMedianMs ?? one?.fleetMedianMs;
    const x = share(Date.parse(startedAt) - Date.parse(boot.startedAt));
    return {
      ...{
        stage,
        after: afterOf(startedAt, boot),
        detail: `${detail}${sizeBytes === undefined ? '' : `, ${formatBytes(sizeBytes)}`}`,
      },
      took: one === undefined ? '' : formatDuration(one.spanMs),
      usual: usualMs === undefined ? '' : formatDuration(usualMs),
      isSlow: one?.isSlow ?? false,
      // what took no time is still seen
      ...{ x: Math.min(x, 997), width: Math.max(3, share(one?.spanMs ?? 0)) },
    };
  });
}

function eventsOf(boot: RecordedBoot): { readonly events: readonly BootEvent[]; readonly note: string } {
  const told = boot.events.filter((event) => eventText(event) !== undefined);
  if (told.length === 0) return { events: [], note: 'The events of this boot are not kept any more.' };
  const isCut = told.length > FIRST_EVENTS + LAST_EVENTS;
  const events = isCut ? [...told.slice(0, FIRST_EVENTS), ...told.slice(-LAST_EVENTS)] : told;
  return { events, note: `${events.length} of ${Math.max(boot.eventCount, told.length)} events` };
}
