import type { ComparedStage } from '../../model/stage-past.ts';
import { stageSpans } from '../../model/stage-spans.ts';
import { bootFacts } from '../../watch/boot-facts.ts';
import type { RecordedBoot } from '../../watch/boot-record.ts';
import type { BootReply, WholeBootReply } from '../schemas/boots.ts';

/** A boot in a list. */
export function bootView(boot: RecordedBoot): BootReply {
  const spans = new Map(stageSpans(boot).map(({ stage, spanMs }) => [stage, spanMs]));
  return {
    ...bootFacts(boot),
    stages: boot.stages.map(({ stage, startedAt, endedAt, detail, sizeBytes, durationMs = 0 }) => ({
      ...{ stage, startedAt, detail },
      endedAt: endedAt ?? null,
      spanMs: spans.get(stage) ?? null,
      sizeBytes: sizeBytes ?? null,
      bytesPerSecond:
        sizeBytes === undefined || durationMs === 0 ? null : Math.round((sizeBytes * 1000) / durationMs),
    })),
    findings: boot.findings.map(({ id, severity, title }) => ({ id, severity, title })),
    eventCount: boot.eventCount,
  };
}

/** A boot with all that is known of it. */
export function wholeBootView(boot: RecordedBoot, compared: readonly ComparedStage[]): WholeBootReply {
  const view = bootView(boot);
  const byStage = new Map(compared.map((one) => [one.stage, one]));
  return {
    ...view,
    stages: view.stages.map((stage) => {
      const { ownMedianMs = null, fleetMedianMs = null, isSlow = false } = byStage.get(stage.stage) ?? {};
      return { ...stage, ownMedianMs, fleetMedianMs, isSlow };
    }),
    findings: [...boot.findings],
    events: [...boot.events],
  };
}
